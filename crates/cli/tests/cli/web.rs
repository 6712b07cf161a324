//! Models on a web server, one that knows ranges and one that does not.

use super::common::{generate_with, refuses, repository, scratch};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const TINY: &str = "tests/models/sd1-tiny";

/// A web server for one folder, with range requests or without, for as long as the test runs.
fn serve(ranges: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a socket can be shared"));
            while let Some(answer) = answer(&mut reader, ranges) {
                if stream.write_all(&answer).is_err() {
                    break;
                }
            }
        }
    });
    address
}

/// One request's answer; `None` when the client has gone.
fn answer(reader: &mut impl BufRead, ranges: bool) -> Option<Vec<u8>> {
    let (mut name, mut range) = (String::new(), None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if let Some(path) = line.strip_prefix("GET /") {
            name = path.split(' ').next()?.into();
        } else if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            let (first, last) = bytes.split_once('-')?;
            range = Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?));
        } else if line.is_empty() {
            break;
        }
    }
    let head =
        |status: &str, length: usize, more: &str| format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{more}\r\n").into_bytes();
    // A hub serves a repository's files below resolve/main, and those from another place.
    if let Some(file) = name.strip_prefix("owner/name/resolve/main/") {
        return Some(head("302 Found", 0, &format!("Location: /{file}\r\n")));
    }
    let name = name.split('?').next().unwrap_or_default();
    let folder = if name.starts_with("layouts/") { "tests/models" } else { TINY };
    let Ok(file) = std::fs::read(repository().join(folder).join(name)) else { return Some(head("404 Not Found", 0, "")) };
    let (status, part, more) = match range {
        Some((first, last)) if ranges => {
            let last = last.min(file.len() - 1);
            ("206 Partial Content", &file[first..=last], format!("Content-Range: bytes {first}-{last}/{}\r\n", file.len()))
        }
        _ => ("200 OK", &file[..], String::new()),
    };
    Some([head(status, part.len(), &more).as_slice(), part].concat())
}

#[test]
fn a_model_on_a_web_server_draws_the_same_picture_with_ranges_and_without() {
    let picture = |model: &str, name: &str| {
        let out = scratch(name);
        generate_with(model, &["--prompt", "a cat", "--steps", "1", "--width", "16", "--height", "16", "--no-metadata", "--out", &out]);
        std::fs::read(out).expect("the picture is there")
    };
    let local = picture(TINY, "local.png");
    assert_eq!(picture(&serve(true), "ranges.png"), local);
    assert_eq!(picture(&serve(false), "whole.png"), local);
    assert_eq!(picture(&format!("{}/owner/name", serve(true)), "hub.png"), local, "a hub's repository, through redirects");
    let text = refuses(&["inspect", &format!("{}/nowhere", serve(true))]);
    assert!(text.contains("/nowhere: there is no model_index.json"), "{text}");
    let text = refuses(&["inspect", "http://127.0.0.1:9"]);
    assert!(text.starts_with("http://127.0.0.1:9: model_index.json could not be read: "), "{text}");
}

#[test]
fn a_single_file_is_inspected_on_disk_and_on_a_web_server() {
    let file = "layouts/lcm-tiny.safetensors";
    let (disk, web) = (format!("tests/models/{file}"), format!("{}/{file}?download=true", serve(true)));
    for model in [disk.as_str(), web.as_str()] {
        // The twin's text encoder has rows for a tokenizer of its own, which a single file does not bring.
        let text = refuses(&["inspect", model]);
        assert_eq!(text, "the tokenizer has 49408 pieces, the text encoder's vocab_size is 814; are these files of one model?", "{model}");
    }
}
