//! The words of a statement: its body, a JSON object beside the log that people read and that may have to be erased.
//!
//! Every field may be absent and a field this version does not know is kept. No fold reads any of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::Word;
use super::facts::{CommitmentId, LogSizes};
use crate::Malformed;
use crate::attachment::Attachment;
use crate::facts::fault_in;

/// A body, read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Words {
    /// Random hex, so that no short body can be guessed from its hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// 标题, in plain words: of a topic; of another statement if it needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// 正文: what was decided, said, found or answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// 原因: of a change, a refusal, a rejection, a termination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// 承诺的文字, by commitment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub commitments: BTreeMap<CommitmentId, CommitmentWords>,
    /// 节点名称, by milestone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub milestones: BTreeMap<Word, String>,
    /// 表决选项名称, by option.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<Word, String>,
    /// 张贴地点
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// 条目名称, by item of a catalogue.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<Word, String>,
    /// 规则包全文, of the pack that `rules` names: its text byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// How far each log was read for an `assessment`, whose facts name the BLAKE3 of this list.
    #[serde(default, skip_serializing_if = "LogSizes::is_empty")]
    pub log_sizes: LogSizes,
    /// 来源: the public report it is written from, where that is no paper of the office itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// 附件: photos and scans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// 名称, of the office that an `appoint` registers: what pages call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 办公电话 of that office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// 办公地址 of that office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The same words in English, where the signer gave them: any of the fields above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<Box<Self>>,
    /// What this version does not know: kept, and shown raw.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

/// The words of one commitment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CommitmentWords {
    /// 做什么
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// 谁负责, as on paper: the name of a contractor, for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// 钱从哪来
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funds: Option<String>,
    /// What this version does not know: kept, and shown raw.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

/// Public reports that words are written from, and what in them stands in no report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Source {
    /// What the case is called where it was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Word>,
    /// 公开的事实: what the reports tell, restated.
    pub facts: String,
    /// 编排: what stands in no report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arranged: Option<String>,
    /// 出处: addresses of the reports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<String>,
    /// What this version does not know: kept, and shown raw.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

impl Words {
    /// Reads a body; whoever shows it checks first that its statement names these bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(bytes).map_err(|_| match std::str::from_utf8(bytes) {
            Ok(text) => fault_in::<Self>(text, "body", "body."),
            Err(_) => Malformed::new("body", "not UTF-8"),
        })
    }

    /// The bytes of a body to publish.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Malformed> {
        serde_json::to_vec(self).map_err(|error| Malformed::new("body", error.to_string()))
    }
}
