//! Servers as they are at their worst, and what becomes of it: the right bytes, or one sentence in bounded time and memory.

use super::*;
use decant_sd::files::find;
use pollster::block_on;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a server does with the n-th request, which asks for these bytes.
type Act = dyn Fn(usize, &str, [u64; 2], &mut TcpStream) -> std::io::Result<()> + Send + Sync;

/// A server for as long as the test runs, and the paths that it was asked for.
fn server(
    act: impl Fn(usize, &str, [u64; 2], &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (asked, act): (Arc<Mutex<Vec<String>>>, Arc<Act>) = (Arc::default(), Arc::new(act));
    let log = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (log, act) = (log.clone(), act.clone());
            std::thread::spawn(move || serve(stream, &log, &*act));
        }
    });
    (address, asked)
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>, act: &Act) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let (mut path, mut range, mut line) = (String::new(), [0, u64::MAX], String::new());
        loop {
            line.clear();
            (reader.read_line(&mut line).ok()? > 0).then_some(())?;
            let line = line.trim().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("get /") {
                path = rest.split(' ').next()?.into();
            } else if let Some((first, last)) = line.strip_prefix("range: bytes=").and_then(|bytes| bytes.split_once('-')) {
                range = [first.parse().ok()?, last.parse().ok()?];
            } else if line.is_empty() {
                break;
            }
        }
        let number = {
            let mut log = log.lock().ok()?;
            log.push(format!("{path} {}-{}", range[0], range[1]));
            log.len() - 1
        };
        act(number, &path, range, &mut stream).ok()?;
    }
}

/// `206 Partial Content`, right in everything.
fn part(stream: &mut TcpStream, file: &[u8], [first, last]: [u64; 2], more: &str) -> std::io::Result<()> {
    let last = (last as usize).min(file.len() - 1);
    let claim = format!("Content-Range: bytes {first}-{last}/{}\r\n{more}", file.len());
    whole(stream, "206 Partial Content", &file[first as usize..=last], &claim)
}

fn whole(stream: &mut TcpStream, status: &str, body: &[u8], more: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{more}\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat())
}

/// With the patience that a machine needs which does other work, too.
fn open(address: &str) -> Result<Web, Error> {
    opened(address, Duration::from_secs(30))
}

fn opened(address: &str, silence: Duration) -> Result<Web, Error> {
    Web::open_with(address, Patience { waits: vec![Duration::from_millis(20); 3], silence, longest: Duration::from_secs(2) })
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count as u64).map(|i| (i.wrapping_mul(2_654_435_761) >> 7) as u8).collect()
}

/// Reads a file in three parts.
fn parts(web: &Web, name: &str) -> Result<Vec<u8>, String> {
    let sentence = |error: Error| error.to_string();
    let size = block_on(web.size(name)).map_err(sentence)?.ok_or("there is none")?;
    let mut all = vec![];
    for range in [0..size / 3, size / 3..size / 2, size / 2..size] {
        all.extend(block_on(web.read(name, range)).map_err(sentence)?);
    }
    Ok(all)
}

fn problem(act: impl Fn(usize, &str, [u64; 2], &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> String {
    problem_after(Duration::from_secs(30), act)
}

fn problem_after(
    silence: Duration,
    act: impl Fn(usize, &str, [u64; 2], &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> String {
    let (address, _) = server(act);
    let began = Instant::now();
    let web = match opened(&format!("{address}/a.safetensors"), silence) {
        Ok(web) => web,
        Err(error) => return error.to_string(),
    };
    let read = parts(&web, "a.safetensors").and_then(|_| web.confirm().map_err(|error| error.to_string()));
    let sentence = read.expect_err("it cannot be read");
    assert!(began.elapsed() < Duration::from_secs(60), "{sentence}");
    assert!(!sentence.contains('\n'), "{sentence}");
    sentence.split_once(" could not be read: ").expect(&sentence).1.into()
}

const SIZE: usize = 300_000;

#[test]
fn an_endless_text_is_cut_off_at_what_it_can_be() {
    let (address, _) = server(|_, _, _, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{")?;
        loop {
            stream.write_all(&[b' '; 1 << 16])?;
        }
    });
    let web = open(&format!("{address}/a/model/folder")).expect("nothing is asked yet");
    let error = block_on(find(&web, "model_index.json", 1 << 20)).expect_err("it never ends").to_string();
    assert!(error.ends_with("model_index.json could not be read: the server sends more than 16 MB, which it cannot be"), "{error}");
    let error = block_on(web.size("unet/diffusion_pytorch_model.safetensors")).expect_err("it never ends").to_string();
    assert!(
        error.ends_with("the server neither says how long the file is nor sends parts of it; download it, and give the file"),
        "{error}"
    );
}

#[test]
fn a_declared_length_is_a_bound_and_a_promise() {
    let short = problem(|_, _, _, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")?;
        Err(std::io::ErrorKind::Other.into())
    });
    assert!(short.contains("4 times"), "{short}");
    let (address, _) = server(|_, _, _, stream| whole(stream, "200 OK", &[b' '; 8], "Content-Type: text/html\r\n"));
    assert_eq!(block_on(open(&format!("{address}/a/b")).expect("it opens").size("vae/config.json")).expect("it answers"), None, "a page");
}

#[test]
fn another_part_than_the_one_asked_for_is_asked_for_again_and_never_taken() {
    let file = bytes(SIZE);
    let served = file.clone();
    // A cache gives the first part for the second, once.
    let (address, asked) = server(move |number, _, range, stream| {
        let range = if number == 1 { [0, range[1] - range[0]] } else { range };
        part(stream, &served, range, "ETag: \"1\"\r\n")
    });
    let web = open(&format!("{address}/a.safetensors")).expect("it opens");
    assert_eq!(parts(&web, "a.safetensors").expect("it is right in the end"), file);
    assert!(asked.lock().expect("it is there").len() >= 4);
    let served = file.clone();
    let always = problem(move |number, _, [first, last], stream| {
        let from = if number == 0 { first } else { first + 1 };
        part(stream, &served, [from, last], "")
    });
    assert!(always.starts_with("asked for bytes ") && always.ends_with(", 4 times; try again later"), "{always}");
}

#[test]
fn what_contradicts_the_question_is_said() {
    let file = bytes(SIZE);
    let with = |claim: &'static str| {
        let file = file.clone();
        problem(move |_, _, _, stream| whole(stream, "206 Partial Content", &file[..1000], claim))
    };
    assert_eq!(with(""), "the server answers with a part of the file without saying which (no Content-Range)");
    assert_eq!(with("Content-Range: bytes 9-2/1\r\n"), "the server's Content-Range \"bytes 9-2/1\" says nothing");
    assert!(
        with("Content-Range: bytes 0-999/1000\r\nContent-Encoding: zstd\r\n")
            .starts_with("the server sends parts of the file packed (zstd)")
    );
    let several = with("Content-Type: multipart/byteranges; boundary=x\r\n");
    assert_eq!(several, "asked for one part of the file, the server answers with several in one (multipart/byteranges)");
    assert!(with("Content-Range: bytes 0-99/1000\r\n").starts_with("the server sends more than it was asked for, 4 times"));
    let beyond = problem(|_, _, _, stream| whole(stream, "416 Range Not Satisfiable", b"", "Content-Range: bytes */5\r\n"));
    assert_eq!(beyond, "the server refuses the first bytes of a file that it says has 5");
    let unknown = problem(|_, _, _, stream| whole(stream, "403 Forbidden", b"", ""));
    assert!(unknown.starts_with("the server answers with status 403 Forbidden: it wants to know who asks"), "{unknown}");
}

#[test]
fn bytes_that_change_between_parts_are_noticed() {
    let (one, other) = (bytes(SIZE), bytes(SIZE + 1)[1..].to_vec());
    const CHANGED: &str = "it changed on the server while it was being read; begin again";
    let tagged = |one: Vec<u8>, other: Vec<u8>, headers: [&'static str; 2]| {
        problem(move |number, _, range, stream| {
            let now = usize::from(number > 1);
            part(stream, [&one, &other][now], range, headers[now])
        })
    };
    assert_eq!(tagged(one.clone(), other.clone(), ["ETag: \"1\"\r\n", "ETag: \"2\"\r\n"]), CHANGED);
    let dates = ["Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Last-Modified: Sun, 06 Nov 1994 08:49:38 GMT\r\n"];
    assert_eq!(tagged(one.clone(), other.clone(), dates), CHANGED);
    assert_eq!(tagged(one.clone(), one[..SIZE - 1].to_vec(), ["", ""]), CHANGED, "its length");
    // Where the server shows nothing, a second reading does: after the change, and of servers that take turns.
    assert_eq!(tagged(one.clone(), other.clone(), ["", ""]), CHANGED);
    let turns = problem(move |number, _, range, stream| part(stream, [&one, &other][number % 2], range, ""));
    assert_eq!(turns, CHANGED);
}

#[test]
fn a_server_that_is_busy_is_waited_for_and_a_broken_line_goes_on() {
    let file = bytes(SIZE);
    let served = file.clone();
    let (address, asked) = server(move |number, _, range, stream| match number {
        0 => whole(stream, "503 Service Unavailable", b"", "Retry-After: 1\r\n"),
        1 => whole(stream, "429 Too Many Requests", b"", ""),
        3 => {
            let [first, last] = range;
            let claim = format!("Content-Range: bytes {first}-{last}/{}\r\nETag: \"1\"\r\n", served.len());
            let head = format!("HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\n{claim}\r\n", last + 1 - first);
            stream.write_all(&[head.as_bytes(), &served[first as usize..first as usize + 500]].concat())?;
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        _ => part(stream, &served, range, "ETag: \"1\"\r\n"),
    });
    let began = Instant::now();
    let web = open(&format!("{address}/a.safetensors")).expect("it opens");
    assert_eq!(parts(&web, "a.safetensors").expect("it comes in the end"), file);
    assert!(began.elapsed() > Duration::from_millis(900), "Retry-After is followed");
    let asked = asked.lock().expect("it is there");
    let at = |request: &str| request.rsplit([' ', '-']).nth(1).and_then(|at| at.parse::<usize>().ok()).expect("a place");
    assert_eq!(at(&asked[4]), at(&asked[3]) + 500, "{asked:?}");
    let never = problem(|_, _, _, stream| whole(stream, "503 Service Unavailable", b"", ""));
    assert_eq!(never, "the server answers with status 503 Service Unavailable, 4 times; try again later");
    let later = problem(|_, _, _, stream| whole(stream, "503 Service Unavailable", b"", "Retry-After: 3600\r\n"));
    assert!(later.ends_with(", and asks for 3600 seconds of patience; try again then"), "{later}");
}

const SOON: Duration = Duration::from_millis(400);

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let silent = problem_after(SOON, |_, _, _, _| {
        std::thread::sleep(Duration::from_secs(10));
        Ok(())
    });
    assert_eq!(silent, "nothing came for 0.4 seconds");
    let half = problem_after(SOON, |_, _, _, stream| {
        stream.write_all(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 9000\r\nContent-Range: bytes 0-8999/9000\r\n\r\nx")?;
        std::thread::sleep(Duration::from_secs(10));
        Ok(())
    });
    assert_eq!(half, "nothing came for 0.4 seconds, 4 times; try again later");
    let drip = problem_after(SOON, |_, _, _, stream| {
        stream.write_all(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 9000\r\nContent-Range: bytes 0-8999/9000\r\n\r\n")?;
        loop {
            stream.write_all(b"x")?;
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    assert!(drip.contains(" bytes came in 0.") && drip.contains(" seconds, 4 times"), "{drip}");
    let around = problem(|_, path, _, stream| whole(stream, "302 Found", b"", &format!("Location: /{path}\r\n")));
    assert_eq!(around, "the server sends from one address to the next without end");
}

#[test]
fn a_large_file_that_comes_as_a_whole_lies_on_the_disk() {
    let size = 33 << 20;
    let file = bytes(size);
    let sent = file.clone();
    let (address, _) = server(move |_, _, _, stream| whole(stream, "200 OK", &sent, ""));
    let web = open(&format!("{address}/a.safetensors")).expect("it opens");
    assert_eq!(block_on(web.size("a.safetensors")).expect("it comes"), Some(size as u64));
    assert_eq!(block_on(web.read("a.safetensors", 5_000_000..5_000_009)).expect("it is kept"), file[5_000_000..5_000_009]);
    assert!(block_on(web.read("a.safetensors", 0..size as u64 + 1)).is_err());
}
