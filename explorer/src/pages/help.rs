//! 说明: what the words mean, how to check, how to object.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::layout;
use crate::look::Look;
use crate::site::Site;

pub(crate) async fn help(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let title = look.say("说明与怎样核对", "Help and how to check");
    let main = html! { section.card { h1 { (title) } } };
    layout::page(&site, &look, title, None, &main)
}
