//! THE rule: may this head replace that one? Nobody else in the project compares heads.
//!
//! Out of scope: signatures. The caller checks origin and log signature of *both* heads first ([`SignedCheckpoint::open`]): a verdict on
//! unsigned heads says nothing of anybody. Nor does a verdict say that the entries are held; a follower still hashes what it fetches up to
//! the root it advances to.
//!
//! Invariant: a head is replaced only by a larger one proven to begin with it, so that what was once accepted stays a prefix of what is.

use crate::Rejected;
use crate::checkpoint::SignedCheckpoint;
use crate::fork::Contradiction;
use crate::merkle::{Hash, Nodes, consistency_path, path_length, replay_path};

/// What becomes of an offered head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It says what the held one says; its new cosignatures may be merged.
    Same,
    /// It may replace the held one.
    Advance,
    /// It is a proven past of the held one: nothing to do.
    Stale,
    /// Ask for, or make, the consistency path between these sizes; the one with the larger tree can. Until then nothing is replaced and
    /// nobody is blamed: a proof that cannot be had is an observation, not evidence.
    NeedProof {
        /// The smaller size.
        from: u64,
        /// The larger size.
        to: u64,
    },
    /// The proof proves nothing, or the heads are of two logs. Blame who sent it, not the log.
    Rejected(Rejected),
    /// Both cannot be honest. Keep the held one, freeze the log, keep and pass on the evidence made of this.
    Fork(Box<Contradiction>),
}

/// Whether `offered` may replace `held`, both of one log and both signed by it (see the module).
///
/// `proof` leads from the smaller size to the larger, within the larger tree. It may be an RFC 6962 consistency proof or, better, a
/// [`consistency_path`]: only the latter always tells a fork from a bad proof.
pub fn judge(held: Option<&SignedCheckpoint>, offered: &SignedCheckpoint, proof: Option<&[Hash]>) -> Verdict {
    let Some(held) = held else { return Verdict::Advance };
    if held.checkpoint().origin != offered.checkpoint().origin {
        return Verdict::Rejected(Rejected::new("checkpoint origin", "the heads are of two logs"));
    }
    if held.size() == offered.size() {
        if held.root() == offered.root() {
            return Verdict::Same;
        }
        return fork(held, offered, &[]);
    }
    let (smaller, larger, proven) =
        if held.size() < offered.size() { (held, offered, Verdict::Advance) } else { (offered, held, Verdict::Stale) };
    // Every log begins with the empty one.
    if smaller.size() == 0 {
        return proven;
    }
    let Some(proof) = proof else { return Verdict::NeedProof { from: smaller.size(), to: larger.size() } };
    let path = with_seed(smaller, larger.size(), proof);
    match replay_path(smaller.size(), larger.size(), &path) {
        Err(rejected) => Verdict::Rejected(rejected),
        Ok((_, root)) if root != larger.root() => {
            Verdict::Rejected(Rejected::new("consistency", "the proof does not lead to the larger root"))
        }
        Ok((root, _)) if root == smaller.root() => proven,
        Ok(_) => fork(smaller, larger, &path),
    }
}

/// As [`judge`], for one who holds the larger tree: `nodes` has the leaves of whichever head is larger.
/// Should they not lead to its root, the verdict is [`Verdict::Rejected`], and it is `nodes` that are wrong.
pub fn judge_with<N: Nodes + ?Sized>(held: Option<&SignedCheckpoint>, offered: &SignedCheckpoint, nodes: &N) -> Result<Verdict, N::Error> {
    match judge(held, offered, None) {
        Verdict::NeedProof { from, to } => Ok(judge(held, offered, Some(&consistency_path(nodes, from, to)?))),
        verdict => Ok(verdict),
    }
}

/// The path, also where an RFC 6962 proof omits the seed because it is the smaller root. Both have a length of their own, so no proof can be
/// read in two ways.
fn with_seed(smaller: &SignedCheckpoint, to: u64, proof: &[Hash]) -> Vec<Hash> {
    let from = smaller.size();
    if from.is_power_of_two() && proof.len() + 1 == path_length(from, to) { [&[smaller.root()], proof].concat() } else { proof.to_vec() }
}

fn fork(one: &SignedCheckpoint, other: &SignedCheckpoint, path: &[Hash]) -> Verdict {
    Contradiction::between(one, other, path).map_or_else(Verdict::Rejected, |found| Verdict::Fork(Box::new(found)))
}

#[cfg(test)]
mod tests;
