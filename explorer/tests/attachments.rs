//! What hangs on a statement: files served in parts, words as data, numbers that are disclosed on purpose.

#![allow(missing_docs, reason = "the county is scaffolding")]

pub mod county;
mod pages_of;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::get;
use county::story::{self, DONE};
use county::{VILLAGE, now, office, site_at, sources};
use luodi_explorer::index::Snapshot;
use luodi_explorer::router;
use luodi_ledger::attachment::{Access, Attachment, NONCE};
use luodi_ledger::facts::Facts;
use luodi_ledger::matter::words::Words;
use pages_of::{page, says};
use tower::ServiceExt as _;

/// A photo of 1,000 bytes.
fn photo() -> (Attachment, Vec<u8>) {
    let mut file = vec![0xff, 0xd8, 0xff, 0xe0];
    file.extend((0..996_u32).map(|at| u8::try_from(at % 251).unwrap()));
    (Attachment::of(&[7; NONCE], &file, Access::Public, Some("现场照片".to_owned())).unwrap(), file)
}

/// A node that holds the photo.
async fn node(file: Vec<u8>) -> String {
    let served = move || {
        let file = file.clone();
        async move { ([("luodi-nonce", "07".repeat(NONCE))], file) }
    };
    let router = Router::new().route("/log/{code}/{generation}/attachment/{hash}", get(served));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test]
async fn an_attachment_is_served_in_parts_as_a_node_does() {
    let (listed, file) = photo();
    let mut county = story::county();
    let words = Words { text: Some("进度".into()), attachments: vec![listed.clone()], ..Words::default() };
    let index = county.logs[VILLAGE].leaves.len();
    let facts = Facts::parse("{\"commitment\":\"c1\"}").unwrap();
    county.add(VILLAGE, &[office(VILLAGE, "committee")], "progress", Some(DONE.parse().unwrap()), facts, &words, now());
    let site = site_at(&node(file.clone()).await, Snapshot::rebuild(&mut county.holdings(), &sources(), now()));
    let at = format!("/attachment/{VILLAGE}/{index}/{}", listed.hash);
    let ask = async |name: header::HeaderName, value: &str| -> (StatusCode, HeaderMap, Vec<u8>) {
        let asked = Request::get(&at).header(name, value).body(Body::empty()).unwrap();
        let response = router(&site).oneshot(asked).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    };
    let (status, headers, whole) = ask(header::ACCEPT, "*/*").await;
    assert_eq!((status, &whole, &headers[header::ACCEPT_RANGES]), (StatusCode::OK, &file, &"bytes".parse().unwrap()));
    let etag = headers[header::ETAG].to_str().unwrap().to_owned();
    let (status, headers, part) = ask(header::RANGE, "bytes=990-").await;
    assert_eq!((status, part.as_slice()), (StatusCode::PARTIAL_CONTENT, &file[990..]));
    assert_eq!(headers[header::CONTENT_RANGE], "bytes 990-999/1000");
    let (status, headers, _) = ask(header::RANGE, "bytes=1000-").await;
    assert_eq!((status, &headers[header::CONTENT_RANGE]), (StatusCode::RANGE_NOT_SATISFIABLE, &"bytes */1000".parse().unwrap()));
    assert_eq!(ask(header::RANGE, "bytes=0-1,3-4").await.0, StatusCode::OK);
    assert_eq!(ask(header::IF_NONE_MATCH, &etag).await.0, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn the_data_of_a_matter_holds_its_words_with_the_statement_they_are_of() {
    let (listed, _) = photo();
    let mut county = story::county();
    let words = Words { text: Some("挖通了".into()), attachments: vec![listed.clone()], ..Words::default() };
    let facts = Facts::parse("{\"commitment\":\"c1\"}").unwrap();
    county.add(VILLAGE, &[office(VILLAGE, "committee")], "progress", Some(DONE.parse().unwrap()), facts, &words, now());
    let told: serde_json::Value = serde_json::from_str(&page(&county.site(), &format!("/matter/{DONE}.json")).await).unwrap();
    assert_eq!(told["id"], DONE);
    let (timeline, spoken) = (told["timeline"].as_array().unwrap(), told["words"].as_array().unwrap());
    assert_eq!(spoken[0]["of"], timeline[0]["reference"]);
    assert!(spoken[0]["title"].is_string(), "{spoken:?}");
    let last = spoken.iter().find(|each| each["text"] == "挖通了").expect("the words of the progress");
    assert_eq!(last["attachments"][0]["hash"], listed.hash.to_string());
    assert!(timeline.iter().any(|event| event["reference"] == last["of"] && event["kind"] == "progress"));
}

#[tokio::test]
async fn a_number_that_is_meant_to_be_read_is_said_to_be() {
    let mut county = story::county();
    let words = Words { text: Some("请打13800138000报名".into()), ..Words::default() };
    let facts = Facts::parse("{\"commitment\":\"c1\",\"disclosed\":[\"body.text\"]}").unwrap();
    county.add(VILLAGE, &[office(VILLAGE, "committee")], "progress", Some(DONE.parse().unwrap()), facts, &words, now());
    let site = county.site();
    says(&site, &format!("/matter/{DONE}"), &["有意公开：签署人写明", "body.text"]).await;
    says(&site, &format!("/matter/{DONE}?lang=en"), &["Disclosed on purpose:"]).await;
}
