//! When this node lends its name to another's head: C2SP tlog-witness, `add-checkpoint`.
//!
//! Pure: reads the request and decides; the caller makes the decision durable by compare-and-swap before a cosignature leaves.
//!
//! ```text
//! old <size of the head cosigned last>
//! <base64 hashes of the consistency proof>
//!
//! <the checkpoint>
//! ```

use luodi_ledger::Malformed;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::follow::{self, Verdict};
use luodi_ledger::fork::Contradiction;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::merkle::Hash;

/// Largest request: 63 hashes take 2.8 KiB, a head with its log's signatures under 1 KiB; others refuse above 16 KiB too.
pub const LONGEST_REQUEST: usize = 32 * 1024;
/// Most proof lines, as the spec has it.
const MOST_HASHES: usize = 63;

/// A request as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The size the sender believes we cosigned last.
    pub old: u64,
    /// From there to the checkpoint.
    pub proof: Vec<Hash>,
    /// What is to be cosigned.
    pub checkpoint: SignedCheckpoint,
}

impl Request {
    /// Reads a request body.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let wrong = |field: &str, why: &str| Malformed::new(field, why.to_owned());
        if body.len() > LONGEST_REQUEST {
            return Err(wrong("request", "longer than 32 KiB"));
        }
        let text = std::str::from_utf8(body).map_err(|_| wrong("request", "not UTF-8"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(|| wrong("request", "no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old =
            lines.next().and_then(|line| line.strip_prefix("old ")).ok_or_else(|| wrong("old", "a line \"old <size>\" wanted first"))?;
        let plain = old.bytes().all(|byte| byte.is_ascii_digit()) && (old == "0" || !old.starts_with('0'));
        let old = old.parse::<i64>().ok().filter(|_| plain).ok_or_else(|| wrong("old", "a plain decimal wanted"))?.unsigned_abs();
        let proof: Vec<Hash> = lines.map(str::parse).collect::<Result<_, _>>()?;
        if proof.len() > MOST_HASHES {
            return Err(wrong("proof", "more than 63 lines"));
        }
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes())?;
        if old > checkpoint.size() {
            return Err(wrong("old", "larger than the checkpoint"));
        }
        Ok(Self { old, proof, checkpoint })
    }

    /// The request body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let proof: String = self.proof.iter().map(|hash| format!("{hash}\n")).collect();
        format!("old {}\n{proof}\n{}", self.old, self.checkpoint.note()).into_bytes()
    }
}

/// What to do with a request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Make this head durable in the place of the held one, then cosign it.
    Cosign(SignedCheckpoint),
    /// 404: not a log that this witness knows.
    Unknown,
    /// 403: no signature of the log, or this origin is cosigned no more.
    Forbidden(String),
    /// 409: the sender's `old` is not ours; here is ours.
    Conflict(u64),
    /// 422: proof or root do not fit; keep the evidence, if the heads contradict each other.
    Unprocessable(String, Option<Box<Contradiction>>),
}

/// Decides on `request`, in the order of checks that the spec gives. `held` is the head cosigned last, `convicted` whether evidence of a
/// fork is kept for this origin.
pub fn decide(request: &Request, log_keys: Option<&[VerifierKey]>, held: Option<&SignedCheckpoint>, convicted: bool) -> Decision {
    let Some(log_keys) = log_keys else { return Decision::Unknown };
    let mut offered = request.checkpoint.clone();
    let origin = offered.checkpoint().origin.clone();
    if let Err(rejected) = offered.check(&origin, log_keys) {
        return Decision::Forbidden(rejected.to_string());
    }
    if convicted {
        return Decision::Forbidden("two heads of this log contradict each other; it is cosigned no more".to_owned());
    }
    // Only lines that were verified are ever stored: a planted line of our own key could wedge this log for good.
    offered.note_mut().retain(|line| log_keys.iter().any(|key| line.claims(key)));
    let size = held.map_or(0, SignedCheckpoint::size);
    if request.old != size {
        return Decision::Conflict(size);
    }
    if request.old == 0 && !request.proof.is_empty() {
        return Decision::Unprocessable("a proof from size 0 is empty".to_owned(), None);
    }
    match follow::judge(held, &offered, Some(&request.proof)) {
        Verdict::Same | Verdict::Advance => Decision::Cosign(offered),
        // `old` equals our size and is at most the offered one, so this head is no older than ours.
        Verdict::Stale => Decision::Conflict(size),
        Verdict::NeedProof { .. } => Decision::Unprocessable("a consistency proof is wanted".to_owned(), None),
        Verdict::Rejected(rejected) => Decision::Unprocessable(rejected.to_string(), None),
        Verdict::Fork(contradiction) => Decision::Unprocessable("it contradicts a head that was cosigned".to_owned(), Some(contradiction)),
    }
}
