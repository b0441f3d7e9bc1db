"""Fetches every tile and every entry bundle of our log with aics-tlog and authenticates each against the checkpoint."""

import os

from aics_tlog import audit_tiles, parse_checkpoint, parse_note
from aics_tlog.remote import HttpTileReader

for log in (os.environ["LUODI_LOG"], os.environ["LUODI_REPLICA"]):
    tiles = HttpTileReader(log, proxies={})
    head = parse_checkpoint(parse_note(tiles.read_checkpoint()).text)
    report = audit_tiles(tiles, head.size, head.root)
    print(f"aics-tlog: {log}: size {report.size}: {report.tiles} tiles and {report.bundles} entry bundles are those of the root")
