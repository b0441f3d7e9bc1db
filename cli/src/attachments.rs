//! Photos and scans on their way into a statement: read, cleaned, put behind random bytes, and kept beside the signed statement until they
//! are published.
//!
//! A public one is cleaned of where and by whom it was taken; a sealed one is not touched, for it stands for the original in the archive. Each
//! is written, with its random bytes, to `<statement>.attachments/<hash>`: public ones go from there to the node, sealed ones into the archive.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use luodi_ledger::attachment::{Access, Attachment, LARGEST, MOST, Media, NONCE, clean};
use luodi_ledger::matter::words::Words;
use serde::Deserialize;

use crate::language::{Language, say, tell};
use crate::node_client::{Answer, Node};
use crate::sign::write_new;
use luodi_ledger::names::Origin;

/// An attachment as people fill it in: `[[attachments]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filled {
    /// The file, relative to the template.
    pub(crate) file: PathBuf,
    /// What it shows.
    pub(crate) title: String,
    /// `public` or `sealed`.
    pub(crate) access: Access,
}

/// An attachment ready to be listed, with its stored bytes.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// The line of the body.
    pub(crate) listed: Attachment,
    /// Random bytes and file.
    pub(crate) stored: Vec<u8>,
}

/// Reads and prepares what a template lists; files are relative to `beside`.
pub(crate) fn read(filled: &[Filled], beside: &Path, language: Language) -> anyhow::Result<Vec<Read>> {
    if filled.len() > MOST {
        bail!(say!(language, "[[attachments]]：最多 {MOST} 个", "[[attachments]]: {MOST} at most"));
    }
    filled.iter().map(|each| prepared(each, beside, language)).collect()
}

fn prepared(filled: &Filled, beside: &Path, language: Language) -> anyhow::Result<Read> {
    let path = beside.join(&filled.file);
    let file = path.display();
    let length = std::fs::metadata(&path).with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))?.len();
    if length > LARGEST {
        bail!(say!(language, "{file}：超过 64 MiB；降低扫描精度，或分成几个文件", "{file}: over 64 MiB; scan it coarser or in parts"));
    }
    let original = std::fs::read(&path).with_context(|| file.to_string())?;
    let cleaned = clean(&original).map_err(|fault| {
        let why = &fault.why;
        anyhow::anyhow!(say!(language, "{file}：只收完整的 JPEG、PNG、WebP 图片和 PDF（{why}）", "{file}: {why}"))
    })?;
    let file = if filled.access == Access::Public { cleaned } else { original };
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|error| anyhow::anyhow!("{error}"))?;
    let listed = Attachment::of(&nonce, &file, filled.access.clone(), Some(filled.title.trim().to_owned()));
    let listed = listed.with_context(|| path.display().to_string())?;
    Ok(Read { listed, stored: [nonce.as_slice(), &file].concat() })
}

/// Where the attachments of the statement at `path` are kept.
fn folder(path: &Path) -> PathBuf {
    path.with_extension("attachments")
}

/// Keeps what is listed beside the statement at `path`, and says what to do with it.
pub(crate) fn keep(read: &[Read], path: &Path, language: Language) -> anyhow::Result<()> {
    if read.is_empty() {
        return Ok(());
    }
    let folder = folder(path);
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for Read { listed, stored } in read {
        let path = folder.join(listed.hash.to_string());
        write_new(&path, stored, language)?;
        let (title, shown) = (listed.title.as_deref().unwrap_or_default(), path.display());
        tell!(
            "{}",
            match listed.access {
                Access::Public => say!(
                    language,
                    "公开附件“{title}”：{shown}（公布时一并上传）",
                    "public attachment \"{title}\": {shown} (goes along when published)"
                ),
                _ => say!(
                    language,
                    "存档附件“{title}”：{shown}（不上传；请连同这个文件归档，日后才能核对）",
                    "sealed attachment \"{title}\": {shown} (never sent; file it in the archive, or nobody can check it later)"
                ),
            }
        );
        if listed.is_public() && listed.media == Media::Pdf {
            tell!(
                "{}",
                say!(
                    language,
                    "  注意：PDF 不作清理，作者、软件、内嵌图片的拍摄地点等都会公开；拿不准就转成图片",
                    "  mind: a PDF is not cleaned; its author, program and what its pictures say of where they were taken become public. If in doubt, attach pictures"
                )
            );
        }
    }
    Ok(())
}

/// The public attachments that `body` lists.
pub(crate) fn public(body: Option<&[u8]>) -> Vec<Attachment> {
    let words = body.and_then(|bytes| Words::parse(bytes).ok()).unwrap_or_default();
    words.attachments.into_iter().filter(Attachment::is_public).collect()
}

/// Whether the files of all that is `listed` lie beside the statement at `path`; before anything is sent.
pub(crate) fn check(listed: &[Attachment], path: &Path, language: Language) -> anyhow::Result<()> {
    for each in listed {
        let kept = folder(path).join(each.hash.to_string());
        let shown = kept.display();
        let length = std::fs::metadata(&kept).map(|data| data.len()).ok();
        if length != Some(each.size + NONCE as u64) {
            bail!(say!(
                language,
                "{shown}：附件不在，或不是签署的那一份；把签署时写出的 .attachments 文件夹放在旁边",
                "{shown}: the attachment is not there or not the one that was signed; put the .attachments folder of the signing beside the statement"
            ));
        }
    }
    Ok(())
}

/// Sends the files of `listed` to the node that has taken in the statement at `path` as entry `index` of `log`. Sending one again changes nothing.
pub(crate) async fn send(
    node: &Node,
    log: &Origin,
    index: u64,
    listed: &[Attachment],
    path: &Path,
    language: Language,
) -> anyhow::Result<()> {
    for each in listed {
        let kept = folder(path).join(each.hash.to_string());
        let title = each.title.as_deref().unwrap_or_default();
        match node.attach(log, index, &each.hash, &kept).await? {
            Answer::Taken(()) => tell!("{}", say!(language, "已上传附件“{title}”", "sent attachment \"{title}\"")),
            Answer::Refused(fault) | Answer::Busy(_, fault) | Answer::Spent(_, fault) => bail!(say!(
                language,
                "附件“{title}”没有上传：{fault}。正文已公布；再运行一次同样的命令即可补传",
                "attachment \"{title}\" was not sent: {fault}. The statement is published; run the same command again to send what is missing"
            )),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest PNG that is whole, with a comment.
    fn picture() -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, data) in [(b"IHDR", &[0; 13][..]), (b"tEXt", b"GPS 34.9"), (b"IEND", b"")] {
            bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(name);
            bytes.extend(data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn a_public_one_is_cleaned_and_a_sealed_one_is_the_original() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.png"), picture()).unwrap();
        let filled = |access: Access| Filled { file: "a.png".into(), title: " 现场 ".to_owned(), access };
        let read = read(&[filled(Access::Public), filled(Access::Sealed)], folder.path(), Language::English).unwrap();
        let [public, sealed] = read.as_slice() else { panic!("two") };
        assert!(!public.stored.windows(3).any(|window| window == b"GPS"));
        assert_eq!(sealed.stored[NONCE..], picture());
        assert_ne!(public.listed.hash, sealed.listed.hash);
        for each in &read {
            let (nonce, file) = each.stored.split_at(NONCE);
            assert!(each.listed.names(nonce, file));
            assert_eq!(each.listed.title.as_deref(), Some("现场"));
        }
        let statement = folder.path().join("topic.statement");
        keep(&read, &statement, Language::English).unwrap();
        check(std::slice::from_ref(&public.listed), &statement, Language::English).unwrap();
        assert!(check(&[Attachment { size: 1, ..public.listed.clone() }], &statement, Language::English).is_err());
    }

    #[test]
    fn what_is_no_picture_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("list.xlsx"), b"PK\x03\x04").unwrap();
        let filled = Filled { file: "list.xlsx".into(), title: "x".to_owned(), access: Access::Public };
        let error = read(&[filled], folder.path(), Language::English).unwrap_err().to_string();
        assert!(error.contains("list.xlsx") && error.contains("PDF"), "{error}");
    }
}
