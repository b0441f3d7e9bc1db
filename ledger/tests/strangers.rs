//! Crates we did not write read what we write, and we read what they write: notes, checkpoints, tiles, proofs.

use std::cell::Cell;

use luodi_ledger::checkpoint::Checkpoint;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::merkle::{Hash, Leaves, NodeId, Nodes, consistency_proof, inclusion_proof, root_of};
use luodi_ledger::note::Note;
use luodi_ledger::tile::{TileId, encode_hashes};
use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| Hash::leaf(&index.to_be_bytes())).collect()
}

/// Our tiles, as their reader asks for them. Their reader authenticates every tile against the root before it uses it.
struct OurTiles {
    leaves: Vec<Hash>,
    read: Cell<usize>,
}

impl tlog_tiles::TileReader for OurTiles {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let ours = |theirs: &tlog_tiles::Tile| {
            self.read.set(self.read.get() + 1);
            let id = TileId::at(theirs.level(), theirs.level_index(), self.leaves.len() as u64).unwrap();
            assert_eq!(u32::from(id.width()), theirs.width());
            let nodes: Vec<NodeId> = (0..id.width()).filter_map(|position| id.node(position)).collect();
            encode_hashes(&Leaves(&self.leaves).hashes(&nodes).unwrap())
        };
        Ok(tiles.iter().map(ours).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash.as_bytes())
}

#[test]
fn their_reader_finds_our_proofs_in_our_tiles() {
    for size in [1, 5, 255, 256, 257, 700] {
        let tiles = OurTiles { leaves: leaves(size), read: Cell::new(0) };
        let all = Leaves(&tiles.leaves);
        let root = theirs(root_of(&all, size).unwrap());
        let reader = tlog_tiles::TileHashReader::new(size, root, &tiles);
        for index in [0, size / 3, size / 2, size - 1] {
            let proof: Vec<tlog_tiles::Hash> = inclusion_proof(&all, index, size).unwrap().into_iter().map(theirs).collect();
            assert_eq!(tlog_tiles::prove_record(size, index, &reader).unwrap(), proof, "{index} of {size}");
            let leaf = theirs(tiles.leaves[usize::try_from(index).unwrap()]);
            tlog_tiles::check_record(&proof, size, root, index, leaf).unwrap();
            let (old, old_root) = (index + 1, theirs(root_of(&all, index + 1).unwrap()));
            let proof: Vec<tlog_tiles::Hash> = consistency_proof(&all, old, size).unwrap().into_iter().map(theirs).collect();
            assert_eq!(tlog_tiles::prove_tree(size, old, &reader).unwrap(), proof, "{old} to {size}");
            tlog_tiles::check_tree(&proof, size, root, old, old_root).unwrap();
        }
        assert!(size == 1 || tiles.read.get() > 0, "a tree of one leaf is its own root");
    }
}

#[test]
fn their_checkpoint_reader_reads_ours() {
    let ours =
        Checkpoint { origin: "luodi.example/demo/log/990101001201/1".to_owned(), size: 7, root: root_of(&Leaves(&leaves(7)), 7).unwrap() };
    let read = tlog_tiles::Checkpoint::from_bytes(ours.to_string().as_bytes()).unwrap();
    assert_eq!((read.origin(), read.size(), read.hash()), (ours.origin.as_str(), 7, &theirs(ours.root)));
    assert_eq!(Checkpoint::parse(std::str::from_utf8(&read.to_bytes()).unwrap()).unwrap(), ours);
}

proptest! {
    #[test]
    fn notes_are_read_both_ways(text in "([a-zé— +]{0,20}\n){1,6}", seed in any::<[u8; 32]>()) {
        let key = SignerKey::from_seed("a.example/office", KeyKind::Ed25519, &seed).unwrap();
        let mut ours = Note::new(text.clone()).unwrap();
        ours.sign(&key, 0);
        let mut signed = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        let signer = StandardSigner::new(&key.to_secret_text()).unwrap();
        signed.add_sigs(&[&signer]).unwrap();
        // Ed25519 signatures are deterministic, so the notes are the same bytes.
        prop_assert_eq!(ours.to_bytes(), signed.to_bytes());
        let verifier = StandardVerifier::new(&key.public().to_string()).unwrap();
        let read = signed_note::Note::from_bytes(&ours.to_bytes()).unwrap();
        prop_assert_eq!(read.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap().0.len(), 1);
        prop_assert_eq!(Note::parse(&signed.to_bytes()).unwrap().verify([key.public()]).unwrap().len(), 1);
    }
}
