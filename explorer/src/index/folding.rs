//! stub
use luodi_ledger::matter::Record;
use luodi_ledger::matter::view::View;
use luodi_ledger::names::MatterId;
use luodi_ledger::time::Time;
pub(super) fn fold(_id: MatterId, _records: Vec<Record>, _now: Time, _offset: i8) -> View {
    todo!()
}
