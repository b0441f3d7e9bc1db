//! 首页: find my place, then what needs looking at today.

use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

use super::layout;
use super::search::search_form;
use crate::look::Look;
use crate::site::Site;

pub(crate) async fn home(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let title = look.say("首页", "Home");
    let main = html! {
        section.card {
            h1 { (look.say("找到你的村、社区", "Find your village or community")) }
            (search_form(&look, ""))
        }
    };
    layout::page(&site, &look, title, None, &main)
}
