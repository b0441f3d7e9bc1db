//! Takes out of a picture what says where, when, by whom and with what it was taken: Exif (places above all), XMP, IPTC, comments,
//! thumbnails, and whatever a phone hangs behind the picture, such as the film of a moving photo.
//!
//! It works the other way round: only what is needed to show the picture is kept, so what nobody has heard of goes too. Which way up a
//! photo is stands in its Exif; that one number is kept. Cleaning what is clean changes nothing.
//!
//! Out of scope: what the picture shows; PDFs, which are left as they are: their author, program, embedded files and pictures with all that
//! is in those.

use super::Media;
use crate::Malformed;

/// What a JPEG says that it is not more than: the Exif of nothing but the orientation, up to its value.
const ORIENTATION: &[u8] = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
/// What follows that value.
const NO_MORE: &[u8] = b"\0\0\0\0\0\0";
/// The chunks that show a PNG.
const PNG_CHUNKS: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"hIST", b"pHYs", b"cICP", b"mDCV",
    b"acTL", b"fcTL", b"fdAT",
];
/// The chunks that show a WebP.
const WEBP_CHUNKS: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// In the flags of `VP8X`: Exif and XMP follow.
const WEBP_METADATA: u8 = 0x08 | 0x04;

/// The picture in `file` and nothing else; a PDF as it is.
pub fn clean(file: &[u8]) -> Result<Vec<u8>, Malformed> {
    let (media, cleaned) = match Media::of(file) {
        Some(Media::Jpeg) => (Media::Jpeg, jpeg(file)),
        Some(Media::Png) => (Media::Png, png(file)),
        Some(Media::Webp) => (Media::Webp, webp(file)),
        Some(Media::Pdf) => return Ok(file.to_vec()),
        Some(Media::Other(_)) | None => {
            return Err(Malformed::new("attachment", "a JPEG, PNG or WebP picture or a PDF wanted; save it as one of them"));
        }
    };
    cleaned.ok_or_else(|| Malformed::new("attachment", format!("not a whole file of kind {media}; save it anew")))
}

/// Bytes still to be read.
struct Rest<'f>(&'f [u8]);

impl<'f> Rest<'f> {
    fn take(&mut self, length: usize) -> Option<&'f [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }
}

fn jpeg(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Rest(file);
    let mut kept = rest.take(2)?.to_vec();
    let mut oriented = false;
    loop {
        if rest.byte()? != 0xff {
            return None;
        }
        let marker = loop {
            match rest.byte()? {
                0xff => {}
                marker => break marker,
            }
        };
        if marker == 0xd9 {
            kept.extend([0xff, marker]);
            return Some(kept);
        }
        let length: [u8; 2] = rest.take(2)?.try_into().ok()?;
        let segment = rest.take(usize::from(u16::from_be_bytes(length)).checked_sub(2)?)?;
        match marker {
            // A thumbnail inside would show what was cut away.
            0xe0 if segment.starts_with(b"JFIF\0") => push(&mut kept, marker, &[segment.get(..12)?, &[0, 0]]),
            0xe1 => {
                if let Some(way @ 2..=8) = orientation(segment).filter(|_| !oriented) {
                    push(&mut kept, marker, &[ORIENTATION, &[way], NO_MORE]);
                    oriented = true;
                }
            }
            0xe2 if segment.starts_with(b"ICC_PROFILE\0") => push(&mut kept, marker, &[segment]),
            0xee if segment.starts_with(b"Adobe") => push(&mut kept, marker, &[segment]),
            // Frames, tables, restart interval, number of lines.
            0xc0..=0xcf | 0xdb..=0xdf if marker != 0xda => push(&mut kept, marker, &[segment]),
            0xda => {
                push(&mut kept, marker, &[segment]);
                let scan = scan(rest.0)?;
                kept.extend_from_slice(rest.take(scan)?);
            }
            _ => {}
        }
    }
}

fn push(kept: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    kept.extend([0xff, marker]);
    // No part is longer than what was read with a length of two bytes.
    kept.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    for part in parts {
        kept.extend_from_slice(part);
    }
}

/// The length of compressed data, up to the next marker that is no part of it.
fn scan(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7))
}

/// Which way up, as the Exif in `segment` says.
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let at = tiff.get(4..8)?.try_into().ok()?;
    let directory = usize::try_from(if little { u32::from_le_bytes(at) } else { u32::from_be_bytes(at) }).ok()?;
    (0..usize::from(short(directory)?))
        .map_while(|entry| directory.checked_add(2 + 12 * entry))
        .find(|at| short(*at) == Some(0x0112))
        .and_then(|at| u8::try_from(short(at + 8)?).ok())
}

fn png(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Rest(file);
    let mut kept = rest.take(8)?.to_vec();
    loop {
        let start = rest.0;
        let length = u32::from_be_bytes(rest.take(4)?.try_into().ok()?);
        let name: &[u8; 4] = rest.take(4)?.try_into().ok()?;
        // The data, and its check sum.
        rest.take(usize::try_from(length).ok()?.checked_add(4)?)?;
        if PNG_CHUNKS.contains(&name) {
            kept.extend_from_slice(&start[..start.len() - rest.0.len()]);
        }
        if name == b"IEND" {
            return Some(kept);
        }
    }
}

fn webp(file: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u32::from_le_bytes(file.get(4..8)?.try_into().ok()?)).ok()?;
    let mut rest = Rest(file.get(12..length.checked_add(8)?)?);
    let mut kept = file[..12].to_vec();
    while !rest.0.is_empty() {
        let name: &[u8; 4] = rest.take(4)?.try_into().ok()?;
        let size = rest.take(4)?;
        let length = usize::try_from(u32::from_le_bytes(size.try_into().ok()?)).ok()?;
        let data = rest.take(length)?;
        // Chunks are of even length, also the last one, though not every program writes that byte.
        let _ = rest.take(length % 2);
        if !WEBP_CHUNKS.contains(&name) {
            continue;
        }
        kept.extend_from_slice(name);
        kept.extend_from_slice(size);
        match (name, data) {
            (b"VP8X", [flags, more @ ..]) => {
                kept.push(flags & !WEBP_METADATA);
                kept.extend_from_slice(more);
            }
            _ => kept.extend_from_slice(data),
        }
        kept.resize(kept.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(kept.len() - 8).ok()?;
    kept[4..8].copy_from_slice(&length.to_le_bytes());
    (kept.len() > 12).then_some(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"34.9012N 113.8512E";

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        push(&mut bytes, marker, &[data]);
        bytes
    }

    fn exif(way: u8, little: bool) -> Vec<u8> {
        let mut bytes = b"Exif\0\0".to_vec();
        if little {
            bytes.extend(b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0abc\0\x12\x01\x03\0\x01\0\0\0");
            bytes.extend([way, 0, 0, 0]);
        } else {
            bytes.extend(b"MM\0*\0\0\0\x08\0\x02\x01\x0f\0\x02\0\0\0\x04abc\0\x01\x12\0\x03\0\0\0\x01");
            bytes.extend([0, way, 0, 0]);
        }
        bytes.extend(b"\0\0\0\0");
        bytes.extend(SECRET);
        bytes
    }

    fn photo(exif: &[u8]) -> Vec<u8> {
        let xmp = [b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat();
        let jfif = [b"JFIF\0\x01\x01\0\0\x01\0\x01".as_slice(), &[2, 3], SECRET].concat();
        [
            b"\xff\xd8".to_vec(),
            segment(0xe0, &jfif),
            segment(0xe1, exif),
            segment(0xe1, &xmp),
            segment(0xe2, &[b"MPF\0", SECRET].concat()),
            segment(0xe2, b"ICC_PROFILE\0\x01\x01colours"),
            segment(0xed, &[b"Photoshop 3.0\0", SECRET].concat()),
            segment(0xee, b"Adobe\0\x64\0\0\0\0\x01"),
            segment(0xfe, SECRET),
            segment(0xdb, &[1; 65]),
            segment(0xc2, &[8, 0, 16, 0, 16, 1, 1, 17, 0]),
            segment(0xc4, &[0; 20]),
            segment(0xda, &[1, 1, 0, 0, 63, 0]),
            b"\x12\xff\x00\x34\xff\xd0\x56".to_vec(),
            segment(0xfe, SECRET),
            segment(0xda, &[1, 1, 0, 0, 63, 0]),
            b"\x78\xff\xff\xd9".to_vec(),
            SECRET.to_vec(),
        ]
        .concat()
    }

    fn says(bytes: &[u8]) -> bool {
        bytes.windows(SECRET.len()).any(|window| window == SECRET)
    }

    #[test]
    fn a_photo_says_no_more_than_it_shows_and_which_way_up() {
        for (way, little) in [(6, true), (3, false)] {
            let photo = photo(&exif(way, little));
            let cleaned = clean(&photo).unwrap();
            assert!(says(&photo) && !says(&cleaned));
            assert_eq!(cleaned, clean(&cleaned).unwrap());
            assert!(cleaned.ends_with(b"\x78\xff\xd9"), "{:?}", &cleaned[cleaned.len() - 4..]);
            for kept in [&b"ICC_PROFILE\0\x01\x01colours"[..], b"Adobe\0\x64", b"\x12\xff\x00\x34\xff\xd0\x56"] {
                assert!(cleaned.windows(kept.len()).any(|window| window == kept));
            }
            let at = cleaned.windows(6).position(|window| window == b"Exif\0\0").unwrap();
            assert_eq!(orientation(&cleaned[at..]), Some(way));
        }
        let upright = clean(&photo(&exif(1, true))).unwrap();
        assert!(!upright.windows(4).any(|window| window == b"Exif"));
    }

    #[test]
    fn half_a_picture_is_refused() {
        let photo = photo(&exif(6, true));
        let end = photo.len() - SECRET.len();
        for length in 0..end {
            assert!(clean(&photo[..length]).is_err(), "{length}");
        }
        assert!(clean(&photo[..end]).is_ok());
        assert!(clean(b"GIF89a").is_err());
    }

    #[test]
    fn a_png_keeps_its_picture_only() {
        let chunk = |name: &[u8; 4], data: &[u8]| {
            [&u32::try_from(data.len()).unwrap().to_be_bytes(), name.as_slice(), data, &[1, 2, 3, 4]].concat()
        };
        let whole = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(b"IHDR", &[0; 13]),
            chunk(b"tEXt", SECRET),
            chunk(b"eXIf", SECRET),
            chunk(b"iTXt", SECRET),
            chunk(b"prVt", SECRET),
            chunk(b"IDAT", b"pixels"),
            chunk(b"IEND", b""),
            SECRET.to_vec(),
        ]
        .concat();
        let cleaned = clean(&whole).unwrap();
        let wanted = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")].concat();
        assert_eq!(cleaned, wanted);
        assert_eq!(clean(&cleaned).unwrap(), cleaned);
    }

    #[test]
    fn a_webp_keeps_its_picture_only() {
        let chunk = |name: &[u8; 4], data: &[u8]| {
            let mut bytes = [name.as_slice(), &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat();
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            bytes
        };
        let file = |chunks: &[Vec<u8>]| {
            let chunks = chunks.concat();
            [b"RIFF".as_slice(), &u32::try_from(chunks.len() + 4).unwrap().to_le_bytes(), b"WEBP", &chunks].concat()
        };
        let whole = file(&[chunk(b"VP8X", &[0x2c; 10]), chunk(b"VP8L", b"odd"), chunk(b"EXIF", SECRET), chunk(b"XMP ", SECRET)]);
        let mut flags = [0x2c; 10];
        flags[0] = 0x20;
        let cleaned = clean(&[whole.as_slice(), SECRET].concat()).unwrap();
        assert_eq!(cleaned, file(&[chunk(b"VP8X", &flags), chunk(b"VP8L", b"odd")]));
        assert_eq!(clean(&cleaned).unwrap(), cleaned);
    }

    proptest! {
        #[test]
        fn cleaning_never_panics_and_twice_is_once(kind in 0..4_usize, cut in 0..400_usize, flips in proptest::collection::vec((0..500_usize, any::<u8>()), 0..8)) {
            let starts: [&[u8]; 4] = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"%PDF-"];
            let mut bytes = if kind == 0 { photo(&exif(6, true)) } else { [starts[kind], &photo(&exif(6, true))].concat() };
            for (at, byte) in flips {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            bytes.truncate(bytes.len() - cut.min(bytes.len()));
            if let Ok(cleaned) = clean(&bytes) {
                prop_assert_eq!(clean(&cleaned).unwrap(), cleaned);
            }
        }
    }
}
