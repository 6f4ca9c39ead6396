//! A server of a few lines that says what it is told to, for answers that the simulator never gives.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers every connection with these bytes; tells its URL and how many connections there were.
pub fn saying(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer(&url);
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            counter.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 8_192];
            // One read is enough: the request is small, and the answer does not depend on it.
            let _ = stream.read(&mut request);
            // The caller may have heard enough before all is said.
            let _ = stream.write_all(&answer);
        }
    });
    (url, count)
}
