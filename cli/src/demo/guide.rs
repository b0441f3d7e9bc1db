//! What the demonstration says: where to look first, what to decide, what to try.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};

use console::style;
use luodi_ledger::names::Office;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::cast::{COUNTY, LIUWAN, PLACES, Place, WUTONG, XINGHUA};
use super::setup::Folder;
use super::story::{self, Calendar};
use crate::language::{Language, say};

/// What the texts need to know.
pub(super) struct Guide<'a> {
    pub(super) folder: &'a Folder,
    pub(super) pids: &'a [(Place, u32)],
    /// How this program is called from here.
    pub(super) program: PathBuf,
    pub(super) explorer: SocketAddr,
    pub(super) language: Language,
}

impl Guide<'_> {
    /// The whole text.
    pub(super) fn text(&self) -> String {
        let mut text = self.head();
        text += &self.first_looks();
        text += &self.decide();
        text += &self.experiments();
        text += &say!(
            self.language,
            "\n{}\n",
            "\n{}\n",
            style(
                self.language
                    .pick("Ctrl-C 结束；再次运行会接着用同一个文件夹。", "Ctrl-C ends it; run it again to go on with the same folder.")
            )
            .dim()
        );
        text
    }

    fn site(&self) -> String {
        format!("http://{}", local(self.explorer))
    }

    fn head(&self) -> String {
        let (url, dir, n) = (self.site(), self.folder.path.display(), PLACES.len());
        let url = style(url).bold().cyan().underlined();
        let (county, english) = (COUNTY.chinese, COUNTY.english);
        let mut text = say!(
            self.language,
            "\n{}  {county}（虚构）：{n} 个节点在运行\n\n  打开  {url}\n  文件  {dir}\n",
            "\n{}  {english} (fictional): {n} nodes are running\n\n  open   {url}\n  files  {dir}\n",
            style(self.language.pick("落地·示例", "Luodi · sample")).bold().green()
        );
        if !self.explorer.ip().is_loopback() {
            text += &self.for_phones();
        }
        text
    }

    /// The address on the local network, with a QR code to scan.
    fn for_phones(&self) -> String {
        let Some(ip) = (if self.explorer.ip().is_unspecified() { lan_address() } else { Some(self.explorer.ip()) }) else {
            return String::new();
        };
        let url = format!("http://{}", SocketAddr::new(ip, self.explorer.port()));
        let code = QrCode::new(url.as_bytes()).map(|code| code.render::<Dense1x2>().quiet_zone(true).build()).unwrap_or_default();
        // Black on white whatever the terminal's colours: an inverted code is not read by every phone.
        let code: String = code.lines().map(|line| format!("  {}\n", style(line).black().on_white())).collect();
        say!(self.language, "\n  同一网络里的手机扫一扫：{url}\n{code}", "\n  Scan with a phone on the same network: {url}\n{code}")
    }

    /// The page of a matter.
    fn page(&self, name: &str) -> String {
        let events = story::tell(Calendar::of(self.folder.state.start));
        let matter = events.iter().find(|event| event.label == format!("{name}/topic")).and_then(|event| Some(event.matter?.to_string()));
        format!("{}/matter/{}", self.site(), matter.unwrap_or_default())
    }

    /// The page of the matter that happened last: once it is there, the pages have caught up.
    pub(super) fn last_page(&self) -> String {
        self.page("gate")
    }

    fn first_looks(&self) -> String {
        let (done, rejected) = (self.page("yard"), self.page("drain"));
        say!(
            self.language,
            "\n{}\n  办成了的　文化大院　{done}\n  说办了、没办好　下水道　{rejected}\n",
            "\n{}\n  done and verified       {done}\n  claimed, and rejected   {rejected}\n",
            style(self.language.pick("先看", "Look first")).bold()
        )
    }

    fn decide(&self) -> String {
        let office = LIUWAN.office(Office::SUPERVISORS);
        let (program, node) = (self.program.display(), self.folder.node_url(LIUWAN));
        let (key, passphrase) = (here(&self.folder.office_file(&office)), here(&self.folder.passphrase_file()));
        let page = self.page("gate");
        let line = format!("{program} review --node {node} --key {} --passphrase-file {}", key.display(), passphrase.display());
        say!(
            self.language,
            "\n{}\n  24 号院大门报告修好了，等监委会核实：{page}\n  另开一个终端，你来当监委会：\n\n    {}\n\n  认可或退回，再看网页怎么变。\n",
            "\n{}\n  The gate of courtyard 24 is reported mended and awaits verification: {page}\n  In another terminal, be the supervisory committee:\n\n    {}\n\n  Accept or reject, and watch the page change.\n",
            style(self.language.pick("你来核实", "Decide one")).bold(),
            style(line).yellow()
        )
    }

    fn experiments(&self) -> String {
        let pid = self.pids.iter().find(|(place, _)| place.code == WUTONG.code).map_or(0, |(_, pid)| *pid);
        let (program, federation) = (self.program.display(), here(&self.folder.path.join("federation.txt")));
        let (federation, county, copy) = (federation.display(), self.folder.node_url(COUNTY), here(&self.folder.path.join("copy")));
        let (copy, log) = (copy.display(), format!("log/{}/1", XINGHUA.code));
        let bundle = format!("{copy}/{log}/tile/entries/");
        say!(
            self.language,
            "\n{}\n  停掉一个节点（梧桐里社区），别处照常：\n    kill {pid}\n  取一张回执，断网也能核对：\n    curl -so 回执 {county}/{log}/receipt/5 && {program} verify 回执 --federation {federation}\n  抄下全部账本逐字节核对；再改一个字节，看它指出错在哪里：\n    {program} audit {county} --federation {federation} --keep {copy}\n    f=$(find {bundle} -type f | head -1); printf X | dd of=$f bs=1 seek=300 conv=notrunc status=none\n    {program} audit {copy} --federation {federation}\n",
            "\n{}\n  Stop a node (Wutongli Community); the others go on:\n    kill {pid}\n  Fetch a receipt and check it, off line if you like:\n    curl -so receipt {county}/{log}/receipt/5 && {program} verify receipt --federation {federation}\n  Copy all logs and check every byte; then change one byte, and see it named:\n    {program} audit {county} --federation {federation} --keep {copy}\n    f=$(find {bundle} -type f | head -1); printf X | dd of=$f bs=1 seek=300 conv=notrunc status=none\n    {program} audit {copy} --federation {federation}\n",
            style(self.language.pick("再试试", "Then try")).bold()
        )
    }
}

/// The address as a browser on this machine writes it.
fn local(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), address.port()) } else { address }
}

/// A path as it is written from the working directory, where that is shorter.
pub(super) fn here(path: &Path) -> PathBuf {
    let short = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    short.unwrap_or_else(|| path.to_owned())
}

/// This machine's address on the local network: the one it would speak to others from. Nothing is sent.
fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}
