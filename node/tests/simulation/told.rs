//! Telling which world it was when a check fails.

/// Runs `told` unless defused: tells the seed when a check panics.
pub(super) struct Told<F: FnMut()>(Option<F>);

pub(super) fn scopeguard<F: FnMut()>(told: F) -> Told<F> {
    Told(Some(told))
}

impl<F: FnMut()> Told<F> {
    pub(super) fn defuse(mut self) {
        self.0 = None;
    }
}

impl<F: FnMut()> Drop for Told<F> {
    fn drop(&mut self) {
        if let Some(told) = &mut self.0 {
            told();
        }
    }
}
