//! Paths to pages, and the headers every answer bears.

use std::any::Any;
use std::future::ready;
use std::sync::Arc;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Path, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use luodi_ledger::hash::Blake3;
use luodi_ledger::schema;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::look::Look;
use crate::pages;
use crate::site::Site;

const STYLE: &str = include_str!("../assets/style.css");
const ICON: &str = include_str!("../assets/icon.svg");

/// Largest answer that is held to be named by its hash; every page is far below.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// The whole site, testable without a socket.
pub fn router(site: &Arc<Site>) -> Router {
    let pages = Router::new();
    let pages = listed(pages, "/search", get(pages::search));
    let pages = listed(pages, "/notices", get(pages::notices));
    let pages = listed(pages, "/results", get(pages::results));
    let pages = listed(pages, "/overdue", get(pages::overdue));
    let pages = listed(pages, "/places", get(pages::places));
    let pages = listed(pages, "/county/{code}/oversight", get(pages::oversight));
    let pages = listed(pages, "/county/{code}/cases", get(pages::cases));
    let pages = pages
        .route("/", get(pages::home))
        .route("/place/{code}", get(pages::place))
        .route("/matter/{id}", get(pages::matter))
        .route("/matter/{id}/check", get(pages::check))
        .route("/matter/{id}/versions", get(pages::versions))
        .route("/log/{code}/{index}", get(pages::entry))
        .route("/receipt/{code}/{index}", get(pages::receipt))
        .route("/attachment/{code}/{index}/{hash}", get(pages::attachment))
        .route("/federation.txt", get(pages::federation))
        .route("/catalogue/{code}", get(pages::catalogue))
        .route("/calendar/{code}", get(pages::calendar))
        .route("/county/{code}", get(pages::county))
        .route("/office/{code}/{office}", get(pages::office))
        .route("/rules", get(pages::rules))
        .route("/nodes", get(pages::nodes))
        .route("/evidence/{id}", get(pages::evidence))
        .route("/help", get(pages::help))
        .route("/style.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
        .route("/icon.svg", get(|| async { asset("image/svg+xml", ICON) }))
        .route("/api/schemas", get(|| async { Json(schema::index()) }))
        .route("/api/schemas/{name}", get(named_schema))
        .route("/api/codes", get(|| async { Json(schema::codes()) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(pages::not_found)
        .with_state(site.clone());
    let rooted = if site.prefix().is_empty() { pages } else { Router::new().nest(site.prefix(), pages) };
    let (for_panic, for_headers) = (site.clone(), site.clone());
    rooted
        .layer(CatchPanicLayer::custom(move |_: Box<dyn Any + Send>| {
            pages::broken(&for_panic, &Look::of(for_panic.prefix().into(), "/", ""))
        }))
        .layer(middleware::from_fn(named_by_hash))
        .layer(CompressionLayer::new().gzip(true))
        .layer(middleware::map_response(move |response| ready(guarded(&for_headers, response))))
}

/// The JSON Schema of a kind's facts, or of the body.
async fn named_schema(Path(name): Path<String>) -> Response {
    schema::named(&name).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |schema| Json(schema).into_response())
}

/// A list stands at three addresses: the page, and the same rows to download.
fn listed(pages: Router<Arc<Site>>, path: &str, list: MethodRouter<Arc<Site>>) -> Router<Arc<Site>> {
    pages.route(path, list.clone()).route(&format!("{path}.csv"), list.clone()).route(&format!("{path}.json"), list)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")], text).into_response()
}

/// Names an answer by its hash, and sends nothing where the reader holds it already.
async fn named_by_hash(request: Request, next: Next) -> Response {
    let held = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let response = next.run(request).await;
    // The file of an attachment is named already, and may be longer than any page.
    if response.status() != StatusCode::OK || response.headers().contains_key(header::ETAG) {
        return response;
    }
    // A download of all matters of a large county is made once and sent as it is.
    if response.body().size_hint().lower() > LARGEST_ANSWER as u64 {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_ANSWER).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // Weak, since compression may change the bytes under it.
    let name = format!("W/\"{:.32}\"", Blake3::of(&bytes).to_string());
    if let Ok(value) = HeaderValue::from_str(&name) {
        parts.headers.insert(header::ETAG, value);
    }
    parts.headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    if held.is_some_and(|held| held.split(',').any(|each| each.trim() == name)) {
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.status = StatusCode::NOT_MODIFIED;
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, bytes.into())
}

fn guarded(site: &Site, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, site.settings().policy.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}
