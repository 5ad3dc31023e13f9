//! The programs of others that `tests/run` installs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the peers: `venv`, `checkov` and `node` are in it.
#[derive(Debug)]
pub(crate) struct Peers(PathBuf);

impl Peers {
    /// The peers; none where they are not installed, which is then said. In CI they must be.
    pub(crate) fn find() -> Option<Self> {
        let beside_target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("test-peers");
        let folder = env::var_os("ZONEWARDEN_PEERS").map_or(beside_target, PathBuf::from);
        let installed = ["venv.made", "checkov.made", "node.made"]
            .iter()
            .all(|mark| folder.join(mark).exists());
        if installed {
            return Some(Self(folder));
        }
        let missing = format!(
            "no peers in {}; run tests/run, which installs them, or set ZONEWARDEN_PEERS",
            folder.display()
        );
        assert!(env::var_os("CI").is_none(), "{missing}");
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: {missing}");
        }
        None
    }

    /// Python with the packages of `tests/requirements.txt`, in a folder below `tests/peers`.
    pub(crate) fn python(&self, folder: &str) -> Command {
        let mut command = Command::new(self.0.join("venv/bin/python"));
        command
            .current_dir(source(folder))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// checkov.
    pub(crate) fn checkov(&self) -> Command {
        let mut command = Command::new(self.0.join("checkov/bin/checkov"));
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// The folder of Microsoft's SARIF Multitool.
    pub(crate) fn sarif_multitool(&self) -> PathBuf {
        self.0
            .join("node/node_modules/@microsoft/sarif-multitool-linux")
    }
}

/// A folder or file below `tests/peers`.
pub(crate) fn source(path: &str) -> PathBuf {
    repository().join("tests/peers").join(path)
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Runs a peer to its end and gives its standard output; what it says is shown where it fails.
pub(crate) fn succeed(command: &mut Command) -> Vec<u8> {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    assert!(
        status.success(),
        "{command:?}: {status}\n{}\n{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    stdout
}
