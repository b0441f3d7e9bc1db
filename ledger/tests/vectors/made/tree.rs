//! Proofs and tiles.

use luodi_ledger::merkle::{Hash, Leaves, consistency_proof, inclusion_proof};
use luodi_ledger::tile::{BundleId, TileId};
use serde_json::{Value, json};

use super::{head, leaves};
use crate::refused::{Spoil, spoil_proof};

pub(super) fn inclusion() -> Value {
    let mut cases = Vec::new();
    for (index, size) in [(0, 1), (0, 2), (1, 2), (2, 3), (3, 8), (7, 8), (8, 9), (5, 21), (20, 21), (255, 256), (256, 257)] {
        let all = leaves("trunk", size);
        let proof = inclusion_proof(&Leaves(&all), index, size).unwrap();
        let case = json!({"index": index, "size": size, "leaf": all[usize::try_from(index).unwrap()].to_string(),
            "root": head("trunk", size).root.to_string(), "proof": texts(&proof)});
        spoil_proof(&mut cases, &case, &["index", "size"], &["leaf", "root"]);
    }
    json!({"cases": cases})
}

pub(super) fn consistency() -> Value {
    let mut cases = Vec::new();
    for (old, new) in [(0, 0), (0, 5), (1, 1), (1, 2), (2, 3), (3, 4), (4, 8), (6, 8), (7, 21), (8, 21), (16, 21), (20, 21), (256, 300)] {
        let all = leaves("trunk", new);
        let case = json!({"old": old, "new": new, "old_root": head("trunk", old).root.to_string(), "new_root": head("trunk", new).root.to_string(),
            "proof": texts(&consistency_proof(&Leaves(&all), old, new).unwrap())});
        spoil_proof(&mut cases, &case, &["old", "new"], &["old_root", "new_root"]);
    }
    json!({"cases": cases})
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}

pub(super) fn tile_path() -> Value {
    Spoil::of("the example of tlog-tiles", "tile/0/x001/x234/067")
        .also("partial", "tile/1/000.p/17")
        .also("the highest level", "tile/63/999.p/255")
        .also("entries", "tile/entries/x001/000")
        .also("partial entries", "tile/entries/273.p/112")
        .replace("a level above 63", "/0/", "/64/")
        .replace("a level with a zero before it", "/0/", "/00/")
        .replace("a tile height, as Go's sumdb has it", "/0/", "/8/0/")
        .replace("a group without x", "x001", "001")
        .replace("an x too many", "067", "x067")
        .replace("a group of two digits", "067", "67")
        .replace("a leading group of zeros", "x001", "x000")
        .replace("a level of data, as Go's sumdb has it", "/0/", "/data/")
        .change("a width of 0", |text| format!("{text}.p/0"))
        .change("a full width written out", |text| format!("{text}.p/256"))
        .change("a width with a zero before it", |text| format!("{text}.p/01"))
        .change("a slash at the end", |text| format!("{text}/"))
        .change("beyond 2^63−1", |_| "tile/0/x009/x223/x372/x036/x854/x775/808".to_owned())
        .file()
}

pub(super) fn tiles_of_a_size() -> Value {
    let case = |size: u64| {
        json!({"leaves": size, "tiles": TileId::between(0, size).map(|id| id.to_string()).collect::<Vec<_>>(),
            "bundles": BundleId::between(0, size).map(|id| id.to_string()).collect::<Vec<_>>()})
    };
    let cases: Vec<Value> = [0, 1, 255, 256, 257, 512, 1000, 5000].map(case).into();
    json!({"cases": cases})
}
