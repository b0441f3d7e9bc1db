//! What went wrong, in the reader's language, where this program can say it better than the error itself.

use luodi_ledger::Malformed;
use luodi_node::keys::{KeyError, KeyFault};

use crate::language::Language;
use crate::refusals;

/// The error with all its causes; faults of key files and of statements are told in Chinese to who reads Chinese.
pub(crate) fn spoken(error: &anyhow::Error, language: Language) -> String {
    let key = error.chain().find_map(|cause| cause.downcast_ref::<KeyError>());
    match key {
        Some(KeyError { path, fault }) if language == Language::Chinese => format!("{}：{}", path.display(), in_chinese(fault)),
        _ if language == Language::Chinese && error.chain().any(<dyn std::error::Error>::is::<Malformed>) => {
            let told = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<Malformed>() {
                Some(fault) => refusals::told(fault, language),
                None => cause.to_string(),
            };
            error.chain().map(told).collect::<Vec<_>>().join("：")
        }
        _ => format!("{error:#}"),
    }
}

fn in_chinese(fault: &KeyFault) -> String {
    match fault {
        KeyFault::Exists => "已有文件；密钥从不覆盖：换一个文件夹，或自己先把旧密钥移走".to_owned(),
        KeyFault::Absent => "没有这个文件；看路径是否写对，或用 luodi init 生成密钥".to_owned(),
        KeyFault::System(error) => format!("系统不允许读写（{error}）；看文件夹、属主和剩余空间"),
        KeyFault::Exposed(mode) => format!("别人也能读（权限 {mode:04o}）；运行 chmod 600，若可能已被读过就更换口令"),
        KeyFault::WrongPassphrase => "口令不对；没有当初的口令，这个密钥就用不了，只能更换".to_owned(),
        KeyFault::Damaged(why) => format!("不是完好的密钥文件（{why}）；用当初另存的备份恢复"),
        KeyFault::OtherKey { wanted, found } => format!("是 {found} 的密钥，需要的是 {wanted} 的"),
        KeyFault::EmptyPassphrase => "口令是空的；把口令写在第一行".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_a_key_file_names_file_and_remedy_in_both_languages() {
        let error = anyhow::Error::new(KeyError { path: "a.age".into(), fault: KeyFault::Exposed(0o644) }).context("opening");
        assert!(spoken(&error, Language::Chinese).contains("a.age：别人也能读（权限 0644）；运行 chmod 600"));
        assert!(spoken(&error, Language::English).contains("chmod 600"));
    }
}
