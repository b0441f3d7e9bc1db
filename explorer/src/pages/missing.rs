//! 404 and 500, in words and with a way on.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::layout;
use super::search::search_form;
use crate::look::Look;
use crate::site::Site;

/// No page at this address.
pub(crate) async fn not_found(State(site): State<Arc<Site>>, look: Look) -> Response {
    absent(&site, &look, ("这个地址没有内容", "There is nothing at this address"))
}

/// Something named in the address is not known; `what` says it in Chinese and English.
pub(crate) fn absent(site: &Site, look: &Look, what: (&str, &str)) -> Response {
    let title = look.pick(what);
    let main = html! {
        section.card {
            h1 { (title) }
            p { (look.say(
                "可能是抄错了一位数字，也可能是对方还没有公开。换个写法再查一次：",
                "A digit may be wrong, or it has not been published yet. Try another wording:",
            )) }
            (search_form(look, ""))
        }
    };
    (StatusCode::NOT_FOUND, layout::page(site, look, title, None, &main)).into_response()
}

/// A fault of ours.
pub(crate) fn broken(site: &Site, look: &Look) -> Response {
    let title = look.say("这一页出了故障", "This page is broken");
    let main = html! {
        section.card {
            h1 { (title) }
            p { (look.say(
                "是本站的错误，不是您的；公开的记录没有受影响。请过一会儿再试，或回到首页。",
                "The fault is ours, not yours; the public records are unharmed. Try again in a while, or go back to the home page.",
            )) }
            p { a.button href=(look.to("/")) { (look.say("回首页", "Home")) } }
        }
    };
    (StatusCode::INTERNAL_SERVER_ERROR, layout::page(site, look, title, None, &main)).into_response()
}
