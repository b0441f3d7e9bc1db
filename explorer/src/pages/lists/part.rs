//! Which part of a list a page shows: a fixed number of rows, the number of the page standing in the address.

use std::ops::Range;

use maud::{Markup, html};

use super::{Format, MOST_ROWS};
use crate::look::Look;

/// A part of a list.
pub(crate) struct Part {
    /// How many rows the whole list has.
    pub(crate) total: usize,
    /// Which page, from 1.
    number: usize,
    /// How many rows a page has.
    rows: usize,
}

impl Part {
    /// The part asked for: a page of it, or all of it to download.
    pub(crate) fn asked(look: &Look, format: Format, total: usize) -> Self {
        let rows = if format == Format::Page { MOST_ROWS } else { total.max(1) };
        let number = look.field("page").filter(|_| format == Format::Page).and_then(|number| number.parse().ok()).unwrap_or(1);
        Self { total, number: number.clamp(1, total.div_ceil(rows).max(1)), rows }
    }

    /// The rows of it, by position.
    pub(crate) fn range(&self) -> Range<usize> {
        let first = (self.number - 1) * self.rows;
        first..(first + self.rows).min(self.total)
    }

    /// This part of a list that is in order.
    pub(crate) fn slice<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        all.get(self.range()).unwrap_or_default()
    }

    /// This part of what stands in no order yet; what comes after it is never sorted.
    pub(crate) fn of<T, K: Ord>(&self, mut all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
        let Range { start, end } = self.range();
        if end < all.len() {
            all.select_nth_unstable_by_key(end, &key);
            all.truncate(end);
        }
        all.sort_unstable_by_key(key);
        all.drain(..start.min(all.len()));
        all
    }

    /// The ways to the parts before and after; nothing where there is one.
    pub(crate) fn others(&self, look: &Look) -> Markup {
        let last = self.total.div_ceil(self.rows).max(1);
        let to = |number: usize| look.with("page", &number.to_string());
        html! {
            @if last > 1 {
                nav.parts aria-label=(look.say("分页", "Pages")) {
                    @if self.number > 1 { a.button rel="prev" href=(to(self.number - 1)) { (look.say("上一页", "Previous")) } }
                    span { @if look.is_english() { "Page " (self.number) " of " (last) } @else { "第 " (self.number) " 页，共 " (last) " 页" } } " "
                    @if self.number < last { a.button rel="next" href=(to(self.number + 1)) { (look.say("下一页", "Next")) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_list_make_up_the_whole_in_order() {
        let shuffled: Vec<usize> = (0..160).map(|each| each * 67 % 160).collect();
        let mut met = Vec::new();
        for number in 1..=4 {
            let look = Look::of("".into(), "/overdue", &format!("page={number}"));
            let part = Part::asked(&look, Format::Page, shuffled.len());
            met.extend(part.of(shuffled.clone(), |each| *each));
        }
        assert_eq!(met, (0..160).collect::<Vec<_>>());
        let beyond = Part::asked(&Look::of("".into(), "/overdue", "page=99999"), Format::Page, 160);
        assert_eq!(beyond.range(), 150..160);
        assert_eq!(Part::asked(&Look::of("".into(), "/overdue", "page=2"), Format::Csv, 150).range(), 0..150);
        assert_eq!(Part::asked(&Look::default(), Format::Page, 0).range(), 0..0);
    }
}
