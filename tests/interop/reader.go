// Reads one of our logs with Go's own transparency-log packages, golang.org/x/mod/sumdb/note and .../tlog, and nothing of ours.
//
// Go's checksum database lays its tiles out as tile/8/L/N; C2SP tlog-tiles drops the height. That, the three lines of a checkpoint and
// the lines of a tlog-proof file are all that this program adds.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const full = 256

func main() {
	verifier := must(note.NewVerifier(os.Getenv("LUODI_LOG_KEY")))
	old, _ := open(must(os.ReadFile(os.Getenv("LUODI_OLD_CHECKPOINT"))), verifier)
	for _, log := range []string{os.Getenv("LUODI_LOG"), os.Getenv("LUODI_REPLICA")} {
		head, unknown := open(get(log+"/checkpoint"), verifier)
		check(unknown > 0, "a witnessed checkpoint carries lines of keys that a reader need not know")
		hashes := tlog.TileHashReader(head, tiles(log))
		leaves := leafHashes(log, head.N)

		check(rootOf(leaves) == head.Hash, "the root of the served entries is the signed one")
		for index, leaf := range leaves {
			proof := must(tlog.ProveRecord(head.N, int64(index), hashes))
			ok(tlog.CheckRecord(proof, head.N, head.Hash, int64(index), leaf))
			other := tlog.RecordHash([]byte("another entry"))
			check(tlog.CheckRecord(proof, head.N, head.Hash, int64(index), other) != nil, "a proof proves one entry only")
		}
		check(old.N < head.N, "the log has grown since the older head")
		proof := must(tlog.ProveTree(head.N, old.N, hashes))
		ok(tlog.CheckTree(proof, head.N, head.Hash, old.N, old.Hash))
		check(tlog.CheckTree(proof, head.N, head.Hash, old.N, head.Hash) != nil, "another older root is refuted")

		ok(checkReceipt(must(os.ReadFile(os.Getenv("LUODI_RECEIPT"))), leaves, verifier))
		fmt.Printf("go: %s: size %d, %d lines of unknown keys passed over, %d inclusion proofs, consistent with size %d, receipt holds\n",
			log, head.N, unknown, len(leaves), old.N)
	}
}

// open verifies a checkpoint and reads it; it also counts the signature lines of keys other than the log's.
func open(bytes []byte, verifier note.Verifier) (tlog.Tree, int) {
	signed := must(note.Open(bytes, note.VerifierList(verifier)))
	lines := strings.Split(signed.Text, "\n")
	check(len(lines) == 4 && lines[0] == os.Getenv("LUODI_ORIGIN") && lines[3] == "", "three lines, the first is the origin")
	size := must(strconv.ParseInt(lines[1], 10, 64))
	return tlog.Tree{N: size, Hash: must(tlog.ParseHash(lines[2]))}, len(signed.UnverifiedSigs)
}

// checkReceipt verifies a C2SP tlog-proof file against the leaf at its index.
func checkReceipt(file []byte, leaves []tlog.Hash, verifier note.Verifier) error {
	head, checkpoint, found := bytes.Cut(file, []byte("\n\n"))
	check(found, "an empty line stands before the checkpoint")
	lines := strings.Split(string(head), "\n")
	check(lines[0] == "c2sp.org/tlog-proof@v1", "a tlog-proof file")
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64))
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		proof = append(proof, must(tlog.ParseHash(line)))
	}
	tree, _ := open(checkpoint, verifier)
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaves[index])
}

// leafHashes reads all entry bundles of a log of the given size.
func leafHashes(log string, size int64) []tlog.Hash {
	var leaves []tlog.Hash
	for start := int64(0); start < size; start += full {
		width := int(min(full, size-start))
		path := tlog.Tile{H: 8, L: -1, N: start / full, W: width}.Path()
		bundle := get(log + "/" + strings.Replace(path, "tile/8/data/", "tile/entries/", 1))
		for range width {
			check(len(bundle) >= 2, "the bundle holds as many entries as its width")
			length := 2 + int(binary.BigEndian.Uint16(bundle))
			leaves = append(leaves, tlog.RecordHash(bundle[2:length]))
			bundle = bundle[length:]
		}
		check(len(bundle) == 0, "nothing follows the last entry of a bundle")
	}
	return leaves
}

// rootOf computes a root from the leaves alone.
func rootOf(leaves []tlog.Hash) tlog.Hash {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	for index, leaf := range leaves {
		stored = append(stored, must(tlog.StoredHashesForRecordHash(int64(index), leaf, read))...)
	}
	return must(tlog.TreeHash(int64(len(leaves)), read))
}

// tiles reads hash tiles below a log's prefix; package tlog verifies them against the head.
type tiles string

func (tiles) Height() int { return 8 }

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (log tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		data = append(data, get(string(log)+"/"+strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
	}
	return data, nil
}

var fetched = map[string][]byte{}

func get(url string) []byte {
	if data, found := fetched[url]; found {
		return data
	}
	answer := must(http.Get(url))
	defer answer.Body.Close()
	check(answer.StatusCode == http.StatusOK, url+": "+answer.Status)
	fetched[url] = must(io.ReadAll(answer.Body))
	return fetched[url]
}

func must[T any](value T, err error) T {
	ok(err)
	return value
}

func ok(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func check(holds bool, what string) {
	if !holds {
		fail("does not hold: " + what)
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "go:", why)
	os.Exit(1)
}
