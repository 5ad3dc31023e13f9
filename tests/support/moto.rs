//! A moto server with an organisation that boto3 seeded.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value as Json;

use super::peers::{Peers, succeed};
use super::program::Cloud;

/// moto, `tests/peers/moto/server.py`.
#[derive(Debug)]
pub(crate) struct Moto {
    server: Child,
    endpoint: String,
}

#[derive(Deserialize)]
struct Listening {
    endpoint: String,
}

impl Moto {
    /// Starts an empty server.
    pub(crate) fn start(peers: &Peers) -> Self {
        let mut server = peers
            .python("moto")
            .arg("server.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let listening: Listening = serde_json::from_str(&line).unwrap();
        Self {
            server,
            endpoint: listening.endpoint,
        }
    }

    /// Starts a server and seeds it; gives what boto3 read back.
    pub(crate) fn seeded(peers: &Peers, profile: &str) -> (Self, Json) {
        let moto = Self::start(peers);
        let mut seed: Command = peers.python("moto");
        seed.args(["seed.py", &moto.endpoint, "--profile", profile]);
        let seeded = serde_json::from_slice(&succeed(&mut seed)).unwrap();
        (moto, seeded)
    }

    /// Where it listens; moto takes any credentials for those of the management account.
    pub(crate) fn cloud(&self) -> Cloud {
        Cloud {
            endpoint: self.endpoint.clone(),
            access_key: "management".to_owned(),
            secret_key: "any".to_owned(),
        }
    }

    /// Refuses an operation to an account from now on.
    pub(crate) fn deny(&self, account: &str, operation: &str) {
        let body = serde_json::json!({"account": account, "operation": operation});
        self.post("/zonewarden/deny", &body);
    }

    /// Gives a zone a signing status that only Route 53 itself gives.
    pub(crate) fn set_serve_signature(&self, zone: &str, status: &str) {
        let body = serde_json::json!({"hosted_zone_id": zone, "serve_signature": status});
        self.post("/zonewarden/ksk-status", &body);
    }

    /// Leaves a zone out of the answers about tags from now on.
    pub(crate) fn omit_tags(&self, zone: &str) {
        let body = serde_json::json!({"hosted_zone_id": zone});
        self.post("/zonewarden/omit-tags", &body);
    }

    fn post(&self, path: &str, body: &Json) {
        let address = self.endpoint.strip_prefix("http://").unwrap();
        let body = body.to_string();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1);
        assert_eq!(status, Some("204"), "{answer}");
    }
}

impl Drop for Moto {
    /// The server stops when its standard input closes; one that does not is killed.
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.server.try_wait(), Ok(None)) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
