//! A federation founded and joined with nothing but the command, as the README tells it: a county, a township, and its office's first words.

mod command;

use std::fs;
use std::process::Output;
use std::time::{Duration, Instant};

use luodi_node::keys::Passphrase;

use command::ports::free_port;
use command::{COUNTY, PATIENCE, TOWNSHIP, comes_up, edit, luodi, must, run_node};

#[test]
fn a_township_joins_a_county_and_its_office_speaks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (county, township, county_peer, township_peer) = (free_port(), free_port(), free_port(), free_port());
    Passphrase::random().unwrap().save(&folder.join("pass")).unwrap();

    // The county founds the federation and runs.
    let address = format!("--address /ip4/127.0.0.1/tcp/{county_peer}");
    let said = must(
        folder,
        &format!("init --root {COUNTY} --name luodi.example/join --dir county {address} --http 127.0.0.1:{county} --passphrase-file pass"),
    );
    assert!(said.contains("Fingerprint"), "{said}");
    // It listens where it says that it is reached.
    let node_file = fs::read_to_string(folder.join("county/node.toml")).unwrap();
    assert!(node_file.contains(&format!("/ip4/0.0.0.0/tcp/{county_peer}\"]")), "{node_file}");
    let _county = run_node(folder, "county");
    comes_up(folder, county);

    // The township is invited, makes its keys, and asks to join.
    must(folder, &format!("new invitation --federation county/federation.txt --division {TOWNSHIP} --output invitation.toml"));
    let address = format!("--address /ip4/127.0.0.1/tcp/{township_peer}");
    must(folder, &format!("init --invitation invitation.toml --dir township {address} --http 127.0.0.1:{township}"));
    let _township = run_node(folder, "township");

    // The county's officer registers the machine and the office, each from its request.
    must(folder, "new charter --from township/join-request.txt --output charter.toml");
    must(folder, "sign charter.toml --key county/government.age --passphrase-file pass");
    must(folder, &format!("publish charter.statement --node http://127.0.0.1:{county} --yes"));
    must(
        folder,
        &format!("init --office government --division {TOWNSHIP} --federation county/federation.txt --dir office --passphrase-file pass"),
    );
    must(folder, "new appoint --from office/government.request --output appoint.toml");
    edit(folder, "appoint.toml", &[("name = \"\"", "name = \"柳湾街道办事处\""), ("phone = \"\"", "phone = \"000-0002\"")]);
    must(folder, "sign appoint.toml --key county/government.age --passphrase-file pass");
    must(folder, &format!("publish appoint.statement --node http://127.0.0.1:{county} --yes"));
    comes_up(folder, township);

    // Its office signs off line and publishes; publishing again changes nothing.
    must(folder, &format!("new topic --federation county/federation.txt --division {TOWNSHIP} --output topic.toml"));
    edit(
        folder,
        "topic.toml",
        &[
            ("category = \"\"", "category = \"sanitation\""),
            ("basis = \"\"", "basis = \"vital-interest\""),
            ("method = \"\"", "method = \"four-two\""),
        ],
    );
    edit(folder, "topic.toml", &[("title = \"\"", "title = \"清理河道\""), ("text = \"\"", "text = \"汛期前清理柳湾河道\"")]);
    must(folder, "sign topic.toml --key office/government.age --passphrase-file pass");
    let until = Instant::now() + PATIENCE;
    let publish = format!("publish topic.statement --node http://127.0.0.1:{township} --yes");
    let said = loop {
        let Output { status, stdout, .. } = luodi(folder, &publish).output().unwrap();
        if status.success() {
            break String::from_utf8_lossy(&stdout).into_owned();
        }
        assert!(Instant::now() < until, "the appointment never reaches the township's node");
        std::thread::sleep(Duration::from_millis(200));
    };
    // It says first how the topic will be shown; what was published already is not foretold.
    assert!(said.contains("Once published it counts; the matter stays “Collecting views”"), "{said}");
    let again = must(folder, &publish);
    assert!(!again.contains("Once published"), "{again}");
    assert!(again.contains("entry 0 of luodi.example/join/log/990101001000/1"), "{again}");
    let verified = must(folder, "verify topic.receipt --federation county/federation.txt");
    assert!(verified.contains("VERIFIED") && verified.contains("清理河道"), "{verified}");

    // A key that nobody registered is refused, and the exit code says so.
    must(
        folder,
        &format!(
            "init --office civil-affairs --division {TOWNSHIP} --federation county/federation.txt --dir office --passphrase-file pass"
        ),
    );
    must(
        folder,
        &format!("new problem --federation county/federation.txt --matter {TOWNSHIP}-2026-0001 --by civil-affairs --output problem.toml"),
    );
    edit(folder, "problem.toml", &[("commitment = \"\"", "commitment = \"c1\""), ("text = \"\"", "text = \"无人登记的密钥\"")]);
    must(folder, "sign problem.toml --key office/civil-affairs.age --passphrase-file pass");
    let refused = luodi(folder, &format!("publish problem.statement --node http://127.0.0.1:{township} --yes")).output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
}
