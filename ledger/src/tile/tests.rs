use std::cell::RefCell;

use proptest::prelude::*;

use super::*;
use crate::merkle::{Leaves, consistency_proof, inclusion_proof, root_of};

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| Hash::leaf(&index.to_be_bytes())).collect()
}

/// All tiles of a tree in memory, hashed from its leaves; notes what it was asked for.
struct Shelf {
    leaves: Vec<Hash>,
    asked: RefCell<Vec<TileId>>,
}

impl Tiles for Shelf {
    type Error = Rejected;

    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Vec<Hash>>, Rejected> {
        self.asked.borrow_mut().extend_from_slice(ids);
        let tile = |id: &TileId| {
            let nodes: Vec<NodeId> = (0..id.width()).filter_map(|position| id.node(position)).collect();
            Leaves(&self.leaves).hashes(&nodes)
        };
        ids.iter().map(tile).collect()
    }
}

#[test]
fn paths_are_those_of_the_specification() {
    for (text, level, index, width) in [
        ("tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("tile/0/000", 0, 0, 256),
        ("tile/1/x001/000.p/8", 1, 1000, 8),
        ("tile/63/999.p/255", 63, 999, 255),
        ("tile/0/x009/x223/x372/x036/x854/x775/807", 0, LARGEST, 256),
    ] {
        let path: TilePath = text.parse().unwrap();
        let TilePath::Hashes(id) = path else { panic!("{text} is a hash tile") };
        assert_eq!((id.level(), id.index(), id.width()), (level, index, width));
        assert_eq!(path.to_string(), text);
    }
    let TilePath::Entries(id) = "tile/entries/x273/000.p/112".parse().unwrap() else { panic!("a bundle") };
    assert_eq!((id.index(), id.width(), id.entries()), (273_000, 112, Some(69_888_000..69_888_112)));
}

#[test]
fn a_path_with_another_spelling_is_refused() {
    for bad in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/x001/00",
        "tile/0/xx01/000",
        "tile/0/+01",
        "tile/0/-01",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/8/0/000",
        "tile/0/000/",
        "tile/0//000",
        "/tile/0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/2",
        "tile/0/000.p",
        "tile/0/000.P/1",
        "tile/data/000",
        "tile/Entries/000",
        "tile/entries/",
        "tile/entries/0",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(bad.parse::<TilePath>().is_err(), "{bad}");
    }
}

#[test]
fn a_size_has_the_tiles_of_the_specification() {
    // tlog-tiles, "Partial Tiles": 256 leaves give one full tile and one of width 1 above; 70,000 give 273 full and one of width 112 at
    // level 0, one full and one of width 17 at level 1, one of width 1 at level 2.
    let tiles = |size| TileId::between(0, size).map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(tiles(0), [""; 0]);
    assert_eq!(tiles(256), ["tile/0/000", "tile/1/000.p/1"]);
    let large = tiles(70_000);
    assert_eq!(large.len(), 274 + 2 + 1);
    assert_eq!(large[272..], ["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]);
    assert_eq!(BundleId::between(0, 257).map(|id| id.to_string()).collect::<Vec<_>>(), ["tile/entries/000", "tile/entries/001.p/1"]);
    assert_eq!(TileId::between(LARGEST - 1, LARGEST).map(|id| id.level()).collect::<Vec<_>>(), [0]);
    assert_eq!(TileId::at(7, 0, LARGEST).unwrap().to_string(), "tile/7/000.p/127");
    assert_eq!(TileId::at(8, 0, LARGEST), None);
}

#[test]
fn a_strangers_arithmetic_agrees() {
    for new in (0..70).chain(250..260).chain(510..515).chain([65_535, 65_536, 65_537, 70_000]) {
        for old in (0..=new).step_by(1 + usize::try_from(new).unwrap() / 20) {
            let mut theirs: Vec<_> =
                tlog_tiles::Tile::new_tiles(8, old, new).iter().map(|tile| (tile.level(), tile.level_index(), tile.width())).collect();
            theirs.sort_unstable();
            let ours: Vec<_> = TileId::between(old, new).map(|id| (id.level(), id.index(), u32::from(id.width()))).collect();
            assert_eq!(ours, theirs, "{old} to {new}");
        }
    }
}

#[test]
fn what_tiles_prove_is_what_the_leaves_prove() {
    for size in [1_u64, 2, 7, 255, 256, 257, 300, 511, 512, 65_536 + 300] {
        let shelf = Shelf { leaves: leaves(size), asked: RefCell::default() };
        let all = shelf.leaves.clone();
        let nodes = TileNodes::new(&shelf, size);
        assert_eq!(root_of(&nodes, size).unwrap(), root_of(&Leaves(&all), size).unwrap());
        for index in [0, size / 3, size / 2, size - 1] {
            assert_eq!(inclusion_proof(&nodes, index, size).unwrap(), inclusion_proof(&Leaves(&all), index, size).unwrap());
            assert_eq!(consistency_proof(&nodes, index, size).unwrap(), consistency_proof(&Leaves(&all), index, size).unwrap());
        }
        let published: Vec<TileId> = TileId::between(0, size).collect();
        assert!(shelf.asked.borrow().iter().all(|id| published.contains(id)));
        assert!(nodes.hashes(&[NodeId { level: 0, index: size }]).is_err());
    }
}

impl Tiles for &Shelf {
    type Error = Rejected;

    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Vec<Hash>>, Rejected> {
        (**self).tiles(ids)
    }
}

#[test]
fn a_tile_too_short_is_an_error() {
    struct Short;
    impl Tiles for Short {
        type Error = Rejected;
        fn tiles(&self, ids: &[TileId]) -> Result<Vec<Vec<Hash>>, Rejected> {
            Ok(vec![vec![Hash::EMPTY; 3]; ids.len()])
        }
    }
    assert!(root_of(&TileNodes::new(Short, 3), 3).is_ok());
    assert!(root_of(&TileNodes::new(Short, 5), 5).is_err());
}

#[test]
fn a_bundle_ends_where_its_last_entry_ends() {
    let longest = vec![b'x'; LONGEST_LEAF];
    let entries = [&b""[..], b"one", &longest];
    let bytes = encode_entries(&entries).unwrap();
    assert_eq!(&bytes[..7], b"\x00\x00\x00\x03one");
    assert_eq!(decode_entries(&bytes).unwrap(), entries);
    assert_eq!(BundleId::at(0, 3).unwrap().decode(&bytes).unwrap(), entries);
    assert!(BundleId::at(0, 2).unwrap().decode(&bytes).is_err());
    for bad in [&b""[..], b"\x00", b"\x00\x01", b"\x00\x01ab", &bytes[..bytes.len() - 1], &[0; 2 * 257]] {
        assert!(decode_entries(bad).is_err());
    }
    assert!(encode_entries(&[vec![0; LONGEST_LEAF + 1]]).is_err());
    assert!(encode_entries::<&[u8]>(&[]).is_err());
    assert!(encode_entries(&[b""; 257]).is_err());
    assert_eq!(decode_entries(&encode_entries(&[b""; 256]).unwrap()).unwrap().len(), 256);
}

#[test]
fn a_tile_has_its_width() {
    let hashes = leaves(3);
    let bytes = encode_hashes(&hashes);
    assert_eq!(TileId::at(0, 0, 3).unwrap().decode(&bytes).unwrap(), hashes);
    assert!(TileId::at(0, 0, 4).unwrap().decode(&bytes).is_err());
    assert!(decode_hashes(&bytes[1..]).is_err());
    assert!(decode_hashes(&[]).is_err());
    assert!(decode_hashes(&[0; 257 * 32]).is_err());
    assert_eq!(TileId::at(0, 0, 3).unwrap().full().to_string(), "tile/0/000");
}

proptest! {
    #[test]
    fn paths_are_read_back(level in 0_u8..64, index in 0..=LARGEST, width in 1_u16..=256) {
        let place = Place { index, width };
        for path in [TilePath::Hashes(TileId { level, place }), TilePath::Entries(BundleId(place))] {
            prop_assert_eq!(path.to_string().parse::<TilePath>().unwrap(), path);
        }
    }

    #[test]
    fn a_growing_log_publishes_every_place_once(old in 0_u64..3000, more in 0_u64..3000) {
        let new = old + more;
        let whole: Vec<TileId> = TileId::between(0, new).collect();
        let before: Vec<TileId> = TileId::between(0, old).collect();
        let fresh: Vec<TileId> = TileId::between(old, new).collect();
        let expected: Vec<TileId> = whole.iter().filter(|id| !before.contains(id)).copied().collect();
        prop_assert_eq!(fresh, expected);
    }

    #[test]
    fn bundles_are_read_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..300)) {
        match encode_entries(&entries) {
            Ok(bytes) => prop_assert_eq!(decode_entries(&bytes).unwrap(), entries),
            Err(_) => prop_assert!(entries.len() > 256),
        }
    }

    #[test]
    fn no_bytes_make_a_bundle_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(entries) = decode_entries(&bytes) {
            prop_assert_eq!(encode_entries(&entries).unwrap(), bytes);
        }
    }
}
