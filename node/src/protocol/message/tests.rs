use super::*;

fn origin() -> Origin {
    "luodi.example/demo/log/990101001001/1".parse().unwrap()
}

fn heads(bytes: usize) -> Heads {
    Heads { origin: origin(), head: ByteBuf::from(vec![7; bytes]), witnessed: None }
}

fn hello() -> Hello {
    Hello {
        federation: "luodi.example/demo".parse().unwrap(),
        fingerprint: Blake3::of(b"file"),
        version: VERSION,
        division: Some("990101001001".parse().unwrap()),
        epoch: [3; 16],
        seq: 500,
        time: 1_790_000_000,
    }
}

fn both_ways<M: Message + PartialEq + std::fmt::Debug>(message: &M) {
    let bytes = encode(message).unwrap();
    assert_eq!(&decode::<M>(&bytes).unwrap(), message);
    for cut in 0..bytes.len() {
        assert!(decode::<M>(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert!(decode::<M>(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn messages_are_read_back() {
    both_ways(&Request::Hello(hello()));
    both_ways(&Request::HeadsSince { epoch: [1; 16], cursor: 300, max: 1000 });
    both_ways(&Request::HeadOf(origin()));
    both_ways(&Request::NewHeads(vec![heads(200)]));
    both_ways(&Request::AddCheckpoint(ByteBuf::from(b"old 0\n\n".to_vec())));
    both_ways(&Request::Bodies(vec![Blake3::of(b"a")]));
    both_ways(&Request::Evidence(ByteBuf::from(vec![1; 9])));
    both_ways(&Answer::Hello(hello()));
    both_ways(&Answer::Heads { epoch: [1; 16], next: 9, more: true, heads: vec![heads(10), heads(0)] });
    both_ways(&Answer::HeadOf(None));
    both_ways(&Request::Clock);
    both_ways(&Answer::Clock(1_790_000_000));
    both_ways(&Answer::Witness { status: 409, body: ByteBuf::from(b"12\n".to_vec()) });
    both_ways(&Answer::Bodies { found: vec![ByteBuf::from(vec![1])], missing: vec![Blake3::ZERO], again: vec![] });
    both_ways(&Answer::Refused(Refusal::Busy { wait: 1000 }));
    both_ways(&Fetch { ranges: vec![Range { origin: origin(), held: 3, from: 5, to: 256 }] });
    both_ways(&Part::Begin { head: ByteBuf::from(vec![1; 99]), path: vec![[4; 32]; 3] });
    both_ways(&Part::Page { entries: vec![ByteBuf::from(vec![1; 99]); 3], proof: vec![] });
    both_ways(&Part::End);
}

#[test]
fn what_is_over_a_bound_is_neither_written_nor_read() {
    let over: [Request; 4] = [
        Request::NewHeads(vec![heads(LONGEST_HEAD + 1)]),
        Request::NewHeads(vec![heads(1); MOST_PUSHED + 1]),
        Request::Bodies(vec![Blake3::ZERO; MOST_BODIES + 1]),
        Request::HeadsSince { epoch: [0; 16], cursor: 0, max: 0 },
    ];
    for request in over {
        assert!(encode(&request).is_err());
        assert!(decode::<Request>(&postcard::to_stdvec(&request).unwrap()).is_err());
    }
    let page = |entries| Part::Page { entries, proof: vec![] };
    assert!(encode(&page(vec![])).is_err());
    assert!(encode(&page(vec![ByteBuf::new(); 257])).is_err());
    assert!(encode(&page(vec![ByteBuf::from(vec![0; LONGEST_LEAF + 1])])).is_err());
    assert!(encode(&page(vec![ByteBuf::from(vec![0; LONGEST_LEAF]); 5])).is_err());
    assert!(encode(&page(vec![ByteBuf::from(vec![0; 1024]); 256])).is_ok());
    assert!(encode(&Fetch { ranges: vec![] }).is_err());
    assert!(encode(&Fetch { ranges: vec![Range { origin: origin(), held: 9, from: 9, to: 9 }] }).is_err());
}

#[test]
fn a_number_with_spare_bytes_is_refused() {
    let mut bytes = encode(&Request::HeadsSince { epoch: [0; 16], cursor: 1, max: 1 }).unwrap();
    let cursor = bytes.len() - 2;
    assert_eq!(bytes[cursor], 1);
    bytes.splice(cursor..=cursor, [0x81, 0x00]);
    assert!(decode::<Request>(&bytes).is_err());
}

#[test]
fn no_bytes_make_a_reader_panic() {
    // A cheap walk over damaged frames; the fuzz target goes further.
    let good = encode(&Request::NewHeads(vec![heads(40)])).unwrap();
    for position in 0..good.len() {
        for value in [0x00, 0x01, 0x7f, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[position] = value;
            let _ = decode::<Request>(&bad);
            let _ = decode::<Answer>(&bad);
            let _ = decode::<Part>(&bad);
            let _ = decode::<Fetch>(&bad);
        }
    }
}
