//! Asking the site for pages, and reading them as people and programs do.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use luodi_explorer::router;
use luodi_explorer::site::Site;
use tower::ServiceExt as _;

pub(crate) async fn answer(site: &Arc<Site>, path: &str) -> Response<Body> {
    router(site).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

pub(crate) async fn get(site: &Arc<Site>, path: &str) -> (StatusCode, String) {
    let response = answer(site, path).await;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

pub(crate) async fn page(site: &Arc<Site>, path: &str) -> String {
    let (status, page) = get(site, path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    page
}

pub(crate) fn with(path: &str, look: &str) -> String {
    if look.is_empty() { path.to_owned() } else { format!("{path}{}{look}", if path.contains('?') { '&' } else { '?' }) }
}

/// The words of a page, tags left out.
pub(crate) fn words(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or(page).split("</main>").next().unwrap();
    let mut text = String::new();
    for (position, part) in main.split('<').enumerate() {
        let visible = if position == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) };
        text.push_str(visible);
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of a list as JSON, held to be the same in the CSV and to fill every column.
pub(crate) async fn downloaded(site: &Arc<Site>, path: &str, query: &str) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let json: serde_json::Value = serde_json::from_str(&page(site, &with(&format!("{path}.json"), query)).await).unwrap();
    let rows: Vec<_> = json.as_array().unwrap().iter().map(|row| row.as_object().unwrap().clone()).collect();
    let text = page(site, &with(&format!("{path}.csv"), query)).await;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(ToOwned::to_owned).collect();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), rows.len(), "{path}?{query}");
    for (row, record) in rows.iter().zip(&records) {
        let mut sorted = columns.clone();
        sorted.sort();
        assert!(row.keys().eq(&sorted), "{path}: {sorted:?}");
        for (column, cell) in columns.iter().zip(record) {
            let value = match &row[column] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Array(all) => all.iter().map(|each| each.as_str().unwrap()).collect::<Vec<_>>().join(" "),
                other => other.to_string(),
            };
            assert_eq!(cell.trim_start_matches('\''), value.trim_start_matches('\''), "{path}?{query} {column}");
        }
    }
    rows
}

/// Holds a page to say all of it.
pub(crate) async fn says(site: &Arc<Site>, path: &str, all: &[&str]) {
    let text = words(&page(site, path).await);
    for said in all {
        assert!(text.contains(said), "{path}: {said:?} in {text}");
    }
}
