//! Erasing the bytes of bodies that are redacted.
//!
//! The order is the design: the tombstone is committed, readers see it, then zeros are written over the body where it lies, then they are
//! synced. A crash in between leaves a tombstone and a body that is whole, half zeros or zeros; every start therefore looks at the body of
//! every tombstone and finishes. The header of the record stays, and with it the name of what was there, so the journal still proves whole.
//!
//! Out of scope: copies that the file system or the disk keeps below us (snapshots, remapped blocks); whoever must be sure of those encrypts
//! the disk and destroys its key.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;

use luodi_ledger::hash::Blake3;

use super::record::{HEADER, Header, Kind, Place};
use super::rows;
use super::segment::path_of;
use super::view::View;

/// Where the bytes of a body lie.
struct Extent {
    place: Place,
    length: u32,
}

/// Where the body `name` lies, if it ever came.
fn find(view: &View, name: &Blake3) -> io::Result<Option<Extent>> {
    let row = view.row(&rows::body_key(name)).map_err(|error| io::Error::other(error.to_string()))?;
    let Some(row) = row else { return Ok(None) };
    let senseless = || io::Error::other(view.damage(Place { segment: 0, offset: 0 }, "the row of a body does not read").to_string());
    let place = rows::read_place(&row).ok_or_else(senseless)?;
    let mut header = [0; HEADER];
    File::open(path_of(&view.journal, place.segment))?.read_exact_at(&mut header, place.offset)?;
    let header =
        Header::decode(&header, &view.secret, place).filter(|header| header.kind == Kind::Body && header.digest == *name.as_bytes());
    let header = header.ok_or_else(|| io::Error::other(view.damage(place, "the header of a body is not what was written").to_string()))?;
    Ok(Some(Extent { place: Place { offset: place.offset + HEADER as u64, ..place }, length: header.length }))
}

/// Writes zeros over the bodies `names` and makes them durable. Whatever fails is to be asked for again, all of it: after a failed sync
/// nothing says what is on the disk.
pub(super) fn erase(view: &View, names: &[Blake3]) -> io::Result<()> {
    each(view, names, true)
}

/// Finishes what a crash may have interrupted: looks at the body of every tombstone.
pub(super) fn finish(view: &View) -> io::Result<()> {
    let names: Vec<Blake3> = view.state().tombstones.keys().copied().collect();
    each(view, &names, false)
}

/// `anew`: zeros are written even where zeros are read.
fn each(view: &View, names: &[Blake3], anew: bool) -> io::Result<()> {
    let mut extents: BTreeMap<u32, Vec<Extent>> = BTreeMap::new();
    for name in names {
        if let Some(extent) = find(view, name)? {
            extents.entry(extent.place.segment).or_default().push(extent);
        }
    }
    for (segment, extents) in extents {
        let file = OpenOptions::new().read(true).write(true).open(path_of(&view.journal, segment))?;
        for Extent { place, length } in extents {
            let zeros = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            let mut held = zeros.clone();
            file.read_exact_at(&mut held, place.offset)?;
            if anew || held != zeros {
                view.disk.write(&file, &zeros, place.offset)?;
            }
        }
        // Also where nothing was written now: zeros of a process that was killed may be in the page cache only.
        view.disk.sync(&file)?;
    }
    Ok(())
}
