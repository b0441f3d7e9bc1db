//! A federation whose keys grow old, get lost and are stolen: a log key rotated, an office succeeded, a log that forked and lives on in its
//! next generation. All with nothing but the command.

mod command;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use command::ports::free_port;
use command::{COUNTY, PATIENCE, Running, TOWNSHIP, comes_up, edit, luodi, must, run_node};
use luodi_node::keys::Passphrase;

/// A county and a township, both running, the township's government in office.
struct Place<'f> {
    folder: &'f Path,
    county: u16,
    township: u16,
    said: u32,
}

impl Place<'_> {
    /// Says in an appointment what the office is called.
    fn name(&self, draft: &str) {
        let file = format!("{draft}.toml");
        if fs::read_to_string(self.folder.join(&file)).unwrap().contains("\nname = \"\"") {
            edit(self.folder, &file, &[("\nname = \"\"", "\nname = \"柳湾街道办事处\"")]);
        }
    }

    /// Signs a draft with a key and hands it to the node on a port.
    fn publish(&self, draft: &str, key: &str, port: u16) -> String {
        self.name(draft);
        must(self.folder, &format!("sign {draft}.toml --key {key} --passphrase-file pass"));
        must(self.folder, &format!("publish {draft}.statement --node http://127.0.0.1:{port} --yes"))
    }

    /// The government of the township takes up a further topic; `log` is the generation it goes to.
    fn topic(&mut self, key: &str, generation: u32) -> (String, bool) {
        self.said += 1;
        let (number, name) = (self.said, format!("topic-{}", self.said));
        must(
            self.folder,
            &format!(
                "new topic --federation county/federation.txt --matter {TOWNSHIP}-{}-{number:04} --log luodi.example/renew/log/{TOWNSHIP}/{generation} --output {name}.toml",
                year()
            ),
        );
        let blanks = [
            ("category", "sanitation"),
            ("basis", "vital-interest"),
            ("method", "four-two"),
            ("title", "清理河道"),
            ("text", "汛期前清理"),
        ];
        for (field, value) in blanks {
            edit(self.folder, &format!("{name}.toml"), &[(&format!("{field} = \"\""), &format!("{field} = \"{value}\""))]);
        }
        must(self.folder, &format!("sign {name}.toml --key {key} --passphrase-file pass"));
        let publish = format!("publish {name}.statement --node http://127.0.0.1:{} --yes", self.township);
        (name, luodi(self.folder, &publish).output().unwrap().status.success())
    }

    /// As [`Self::topic`], until it is taken in: registrations take a moment to arrive.
    fn topic_in_time(&mut self, key: &str, generation: u32) -> String {
        let (name, taken) = self.topic(key, generation);
        let publish = format!("publish {name}.statement --node http://127.0.0.1:{} --yes", self.township);
        let until = Instant::now() + PATIENCE;
        while !taken && !luodi(self.folder, &publish).output().unwrap().status.success() {
            assert!(Instant::now() < until, "{name} is never taken in");
            std::thread::sleep(Duration::from_millis(200));
        }
        name
    }

    fn verify(&self, name: &str) -> String {
        must(self.folder, &format!("verify {name}.receipt --federation county/federation.txt"))
    }

    /// Waits until what the county's node tells of the registry holds `wanted`.
    fn registry_tells(&self, wanted: &str) -> String {
        let line = format!("registry {TOWNSHIP} --node http://127.0.0.1:{} --federation county/federation.txt", self.county);
        eventually(|| Some(must(self.folder, &line)).filter(|told| told.contains(wanted)).ok_or_else(|| wanted.to_owned()))
    }

    /// Waits until the county holds as much of the township's log as the township.
    fn replicated(&self, generation: u32) {
        let size = |port| head(port, generation).lines().nth(1).map(str::to_owned);
        let wanted = size(self.township);
        eventually(|| if size(self.county) == wanted { Ok(()) } else { Err("the county lags".to_owned()) });
    }
}

/// The township's newest head, as the node at `port` serves it.
fn head(port: u16, generation: u32) -> String {
    let url = format!("http://127.0.0.1:{port}/log/{TOWNSHIP}/{generation}/head");
    eventually(|| reqwest::blocking::get(&url).and_then(|answer| answer.error_for_status()?.text()).map_err(|error| error.to_string()))
}

fn eventually<T>(mut ask: impl FnMut() -> Result<T, String>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        match ask() {
            Ok(found) => return found,
            Err(why) => assert!(Instant::now() < until, "{why}"),
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap()
}

fn year() -> i16 {
    luodi_ledger::time::Time::from_unix(now()).unwrap().civil_date(8).year()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn found(folder: &Path) -> (Place<'_>, Running, Running) {
    let (county, township, county_peer, township_peer) = (free_port(), free_port(), free_port(), free_port());
    Passphrase::random().unwrap().save(&folder.join("pass")).unwrap();
    let address = format!("--address /ip4/127.0.0.1/tcp/{county_peer}");
    must(
        folder,
        &format!("init --root {COUNTY} --name luodi.example/renew --dir county {address} --http 127.0.0.1:{county} --passphrase-file pass"),
    );
    let county_runs = run_node(folder, "county");
    comes_up(folder, county);
    must(folder, &format!("new invitation --federation county/federation.txt --division {TOWNSHIP} --output invitation.toml"));
    let address = format!("--address /ip4/127.0.0.1/tcp/{township_peer}");
    must(folder, &format!("init --invitation invitation.toml --dir township {address} --http 127.0.0.1:{township}"));
    let township_runs = run_node(folder, "township");
    let place = Place { folder, county, township, said: 0 };
    must(folder, "new charter --from township/join-request.txt --output charter.toml");
    place.publish("charter", "county/government.age", county);
    for office in ["office", "successor"] {
        must(
            folder,
            &format!(
                "init --office government --division {TOWNSHIP} --federation county/federation.txt --dir {office} --passphrase-file pass"
            ),
        );
    }
    must(folder, "new appoint --from office/government.request --output appoint.toml");
    place.publish("appoint", "county/government.age", county);
    comes_up(folder, township);
    (place, county_runs, township_runs)
}

#[test]
fn keys_are_rotated_and_succeeded_and_a_forked_log_lives_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut place, county, township) = found(folder.path());
    let folder = folder.path();
    let ask = format!("--federation county/federation.txt --node http://127.0.0.1:{}", place.county);
    let old = "office/government.age";
    let first = place.topic_in_time(old, 1);
    place.replicated(1);

    // The key of the log is rotated: from the charter on, both sign.
    must(folder, "init --rotate --dir township");
    let unnumbered = luodi(folder, "new charter --from township/rotation-request.txt --output unnumbered.toml").output().unwrap();
    let said = String::from_utf8_lossy(&unnumbered.stderr);
    assert!(!unnumbered.status.success() && said.contains("numbered after the present charter"), "{said}");
    must(folder, &format!("new charter --from township/rotation-request.txt {ask} --output rotating.toml"));
    let drafted = fs::read_to_string(folder.join("rotating.toml")).unwrap();
    assert!(drafted.contains("number = 2\nfrom = 2\n"), "{drafted}");
    place.publish("rotating", "county/government.age", place.county);
    drop(township);
    let township = run_node(folder, "township");
    comes_up(folder, place.township);
    place.registry_tells("is being rotated");
    place.topic_in_time(old, 1);
    let lines = |head: &str| head.lines().filter(|line| line.starts_with('—')).count();
    eventually(|| {
        // The charter may reach the township after its next statement did.
        let head = head(place.township, 1);
        if lines(&head) == 2 { Ok(()) } else { Err(format!("{head} {:?}", place.topic(old, 1))) }
    });
    place.replicated(1);

    // After 90 days the new one stays alone, and the old one's file may go.
    must(folder, &format!("new charter --from township/rotation-request.txt --last-key-only {ask} --output rotated.toml"));
    place.publish("rotated", "county/government.age", place.county);
    place.registry_tells("charter 3");
    drop(township);
    fs::remove_file(folder.join("township/keys/log-1.age")).unwrap();
    let township = run_node(folder, "township");
    comes_up(folder, place.township);
    let after = eventually(|| match place.topic(old, 1) {
        (name, true) => Ok(name),
        (name, false) => Err(format!("{name} is refused")),
    });
    assert_eq!(lines(&head(place.township, 1)), 1);
    assert!(place.verify(&after).contains("VERIFIED") && place.verify(&first).contains("VERIFIED"));
    place.replicated(1);

    // A planned change: old and new side by side, for 90 days at most.
    for (days, lasts) in [(30, true), (120, false)] {
        let until = luodi_ledger::time::Time::from_unix(now()).unwrap().plus(days * 86_400).civil_date(8);
        let name = format!("beside-{days}");
        must(
            folder,
            &format!("new appoint --from successor/government.request --succeeds --both-until {until} {ask} --output {name}.toml"),
        );
        let drafted = fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        assert!(drafted.contains(&format!("until = {until}\n")) && !drafted.contains("succeeds.valid"), "{drafted}");
        place.name(&name);
        let signed = luodi(folder, &format!("sign {name}.toml --key county/government.age --passphrase-file pass")).output().unwrap();
        assert_eq!(signed.status.success(), lasts, "{signed:?}");
        assert!(lasts || String::from_utf8_lossy(&signed.stderr).contains("succeeds.until"), "{signed:?}");
    }

    // The office is succeeded: what the old key said stays, and it says no more.
    must(folder, &format!("new appoint --from successor/government.request --succeeds {ask} --output succeeding.toml"));
    let drafted = fs::read_to_string(folder.join("succeeding.toml")).unwrap();
    let size: u64 = head(place.county, 1).lines().nth(1).unwrap().parse().unwrap();
    assert!(drafted.contains(&format!("log = \"luodi.example/renew/log/{TOWNSHIP}/1\"\nsize = {size}\n")), "{drafted}");
    place.publish("succeeding", "county/government.age", place.county);
    place.registry_tells("ended (succeeded)");
    let new = "successor/government.age";
    let by_successor = place.topic_in_time(new, 1);
    assert!(place.verify(&by_successor).contains("VERIFIED"));
    assert!(!place.topic(old, 1).1, "the old key still speaks");
    place.replicated(1);

    // An old copy of the machine is started beside the truth: the log forks.
    drop(township);
    copy(&folder.join("township/data"), &folder.join("copy"));
    let township = run_node(folder, "township");
    comes_up(folder, place.township);
    let on_branch = place.topic_in_time(new, 1);
    place.replicated(1);
    drop(township);
    fs::remove_dir_all(folder.join("township/data")).unwrap();
    copy(&folder.join("copy"), &folder.join("township/data"));
    // With nobody in reach to tell it better.
    drop(county);
    let stray = luodi(folder, "run --config township/node.toml --alone").stderr(std::process::Stdio::null()).spawn().unwrap();
    let stray = Running::of(stray);
    let lost = eventually(|| match place.topic(new, 1) {
        (name, true) => Ok(name),
        (name, false) => Err(format!("{name} is refused")),
    });
    drop(stray);
    let _county = run_node(folder, "county");
    comes_up(folder, place.county);

    // It lives on: the county names where the first generation ends, and the township writes the second.
    let said = must(folder, "init --next-generation --dir township");
    assert!(said.contains("Generation 2"), "{said}");
    must(folder, &format!("new charter --from township/join-request-2.txt {ask} --output next.toml"));
    place.publish("next", "county/government.age", place.county);
    let _township = run_node(folder, "township");
    comes_up(folder, place.township);
    let next = place.topic_in_time(new, 2);
    let verified = place.verify(&next);
    assert!(verified.contains("VERIFIED"), "{verified}");
    assert!(place.verify(&on_branch).contains("VERIFIED"), "what the county held of the first generation stays");
    place.replicated(2);
    let told = place.registry_tells("generation 2");
    assert!(
        told.contains("entries, not witnessed") && !told.contains("entries, the first "),
        "nobody is asked, so nobody has checked: {told}"
    );
    assert!(told.contains("where the next generation goes on"), "{told}");
    // Whoever still serves the stray branch is told so.
    let audited = luodi(folder, &format!("audit http://127.0.0.1:{} --federation county/federation.txt", place.county)).output().unwrap();
    assert!(audited.status.success(), "{}", String::from_utf8_lossy(&audited.stdout));
    let stray = luodi(folder, &format!("audit http://127.0.0.1:{} --federation county/federation.txt", place.township)).output().unwrap();
    let stray = String::from_utf8_lossy(&stray.stdout).into_owned();
    assert!(stray.contains("another branch goes on") || stray.contains("NOT sound"), "{stray}");
    drop(lost);
}
