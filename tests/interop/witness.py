"""A log and a witness meet, one of each pair being ours: aics-witness's own client asks for every cosignature.

Their witness cosigns our log, at an older head and then at the newest, with consistency proofs that aics-tlog computes from our tiles.
Our witness cosigns a log of theirs, and refuses a fork of it and a head that went back.
"""

import os
import sys
from pathlib import Path

from aics_tlog import Checkpoint, MerkleTree, parse_checkpoint, parse_note, sign_checkpoint
from aics_tlog.remote import HttpTileReader
from aics_tlog.tiles import consistency_proof_from_tiles
from aics_witness.feeder import WitnessAhead, WitnessClient, WitnessRejected, merge_cosignatures
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def our_log_at_their_witness(url: str, key: str) -> None:
    tiles = HttpTileReader(os.environ["LUODI_LOG"], proxies={})
    newest = tiles.read_checkpoint()
    with WitnessClient(url, key) as witness:
        witness.submit(Path(os.environ["LUODI_OLD_CHECKPOINT"]).read_bytes(), proof_from(tiles, newest))
        cosignature = witness.submit(newest, proof_from(tiles, newest))
    out = Path(os.environ["LUODI_OUT"])
    (out / "stranger.vkey").write_text(key + "\n")
    (out / "cosigned-checkpoint").write_bytes(merge_cosignatures(newest, cosignature))
    print(f"aics-witness: cosigned {os.environ['LUODI_ORIGIN']} at two sizes")


def proof_from(tiles: HttpTileReader, newest: bytes):
    size = parse_checkpoint(parse_note(newest).text).size
    return lambda old, new: consistency_proof_from_tiles(tiles, old, new, tile_size=size)


def their_log_at_our_witness() -> None:
    name = os.environ["LUODI_FOREIGN_LOG"]
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(os.environ["LUODI_FOREIGN_SEED"]))

    def head(tree: MerkleTree) -> bytes:
        return sign_checkpoint(Checkpoint(name, tree.size, tree.root()), key, name).serialise()

    small, large = (MerkleTree(b"entry %d" % index for index in range(size)) for size in (3, 700))
    forked = MerkleTree(b"fork %d" % index for index in range(700))
    with WitnessClient(os.environ["LUODI_WITNESS"], os.environ["LUODI_WITNESS_KEY"]) as witness:
        for tree in (small, large, large):
            witness.submit(head(tree), tree.consistency_proof)
    with WitnessClient(os.environ["LUODI_WITNESS"], os.environ["LUODI_WITNESS_KEY"]) as forgetful:
        refused("a head that went back", WitnessAhead, lambda: forgetful.submit(head(small), small.consistency_proof))
    # The same size with another root is a contradiction, and from then on even the honest branch is refused.
    for tree, status in ((forked, 422), (large, 403)):
        answer = refused("a forked log", WitnessRejected, lambda: witness.submit(head(tree), tree.consistency_proof))
        if answer.status != status:
            sys.exit(f"our witness answered {answer.status} to a forked log, not {status}")
    print("aics-witness client: our witness cosigned two sizes of its log, and refused a step back and a fork")


def refused(what: str, wanted: type[Exception], act):
    try:
        act()
    except wanted as answer:
        return answer
    sys.exit(f"our witness accepted {what}")


our_log_at_their_witness(*sys.argv[1:])
their_log_at_our_witness()
