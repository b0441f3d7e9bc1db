//! `GET /schemas`, `/schemas/<kind>`, `/schemas/body` and `/codes`: what a statement may hold, for those who write tools.

use axum::Json;
use axum::extract::Path;
use luodi_ledger::matter::codes::List;
use luodi_ledger::schema;
use serde_json::Value;

use super::ApiError;

pub(super) async fn index() -> Json<Value> {
    Json(schema::index())
}

pub(super) async fn named(Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    schema::named(&name).map(Json).ok_or_else(|| ApiError::absent("path", "no such kind; /schemas lists them"))
}

pub(super) async fn codes() -> Json<Vec<List>> {
    Json(schema::codes())
}
