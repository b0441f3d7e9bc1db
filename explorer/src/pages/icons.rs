//! Drawn by hand, inline, in the colour of the text beside them; each stands next to its word, so none carries meaning alone.

use maud::{Markup, PreEscaped};

/// A line drawing of 24 by 24.
fn drawn(path: &'static str) -> Markup {
    PreEscaped(format!(
        "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\">{path}</svg>"
    ))
}

/// A tick in a ring.
pub(crate) fn done() -> Markup {
    drawn("<circle cx=\"12\" cy=\"12\" r=\"9.5\"/><path d=\"M7 12.5l3.5 3.5L17 8.5\"/>")
}

/// A cross in a ring.
pub(crate) fn failed() -> Markup {
    drawn("<circle cx=\"12\" cy=\"12\" r=\"9.5\"/><path d=\"M8.3 8.3l7.4 7.4M15.7 8.3l-7.4 7.4\"/>")
}

/// A notice on a board.
pub(crate) fn notice() -> Markup {
    drawn("<path d=\"M3 4h18v12H3zM12 16v5M8 21h8M7 8h10M7 12h6\"/>")
}

/// A clock with a mark.
pub(crate) fn late() -> Markup {
    drawn("<path d=\"M12 2.5L22.5 21H1.5zM12 9.5v5M12 17.6v.2\"/>")
}

/// An hourglass.
pub(crate) fn waiting() -> Markup {
    drawn(
        "<path d=\"M6 2.5h12M6 21.5h12M7.5 2.5c0 5 4.5 6.5 4.5 9.500s-4.500 4.500-4.500 9.500M16.500 2.500c0 5-4.500 6.500-4.500 9.500s4.500 4.500 4.500 9.500\"/>",
    )
}

/// An arrow going on.
pub(crate) fn going() -> Markup {
    drawn("<circle cx=\"12\" cy=\"12\" r=\"9.5\"/><path d=\"M7.500 12h9M13 8.300l3.700 3.700-3.700 3.700\"/>")
}

/// Two speech balloons.
pub(crate) fn talking() -> Markup {
    drawn("<path d=\"M3 4h13v9H9l-4 3.500V13H3zM19 9h2v9h-2v3l-4-3h-4\"/>")
}

/// A bar in a ring.
pub(crate) fn stopped() -> Markup {
    drawn("<circle cx=\"12\" cy=\"12\" r=\"9.5\"/><path d=\"M7.500 12h9\"/>")
}

/// A seedling: the mark of the site.
pub(crate) fn seedling() -> Markup {
    drawn("<path d=\"M4 21h16M12 21v-9M12 12c0-4-3-6.500-8-6.500 0 4 3 6.500 8 6.500zM12 14c0-3.500 3-6 8-6 0 4-3 6-8 6z\"/>")
}
