//! The program under test, run as its users run it.

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;
use zonewarden_reports::Report;

/// Where AWS is, and who asks.
#[derive(Debug, Clone)]
pub(crate) struct Cloud {
    pub(crate) endpoint: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
}

/// One call of zonewarden, in a folder of its own and with nothing of the caller's environment.
#[derive(Debug)]
pub(crate) struct Zonewarden {
    command: Command,
    folder: TempDir,
}

impl Zonewarden {
    /// The program with these arguments.
    pub(crate) fn new(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_zonewarden"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null());
        Self { command, folder }
    }

    /// The program with these arguments, under this umask.
    pub(crate) fn under_umask(
        mask: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Self {
        let mut shell = Self::new(arguments);
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask \"$0\"; exec \"$@\"", mask])
            .arg(shell.command.get_program())
            .args(shell.command.get_args())
            .env_clear()
            .current_dir(shell.folder.path())
            .stdin(Stdio::null());
        let environment: Vec<_> = shell.command.get_envs().collect();
        command.envs(
            environment
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        shell.command = command;
        shell
    }

    /// With more arguments.
    pub(crate) fn with_arguments(
        mut self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Self {
        self.command.args(arguments);
        self
    }

    /// With a standard input that the test writes to.
    pub(crate) fn with_input(mut self) -> Self {
        self.command.stdin(Stdio::piped());
        self
    }

    /// Asks this AWS.
    pub(crate) fn against(self, cloud: &Cloud) -> Self {
        self.env("AWS_ENDPOINT_URL", &cloud.endpoint)
            .env("AWS_ACCESS_KEY_ID", &cloud.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &cloud.secret_key)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Nobody has delegated the zones of a simulated AWS.
            .env("ZONEWARDEN_DNS", "off")
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Puts a file into its folder.
    pub(crate) fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Run {
        self.start().finish()
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Running {
        let child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Running {
            process: Process(child),
            folder: self.folder,
        }
    }
}

/// The program while it runs.
#[derive(Debug)]
pub(crate) struct Running {
    process: Process,
    folder: TempDir,
}

/// A process that is killed where the test ends before it.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Waits until it has written the first byte to standard output; the byte is lost.
    pub(crate) fn wait_for_output(&mut self) {
        let output = self.process.0.stdout.as_mut().unwrap();
        output.read_exact(&mut [0]).unwrap();
    }

    /// Closes its standard output.
    pub(crate) fn close_output(&mut self) {
        self.process.0.stdout = None;
    }

    /// Its standard input, where it was started with one.
    pub(crate) fn input(&mut self) -> ChildStdin {
        self.process.0.stdin.take().unwrap()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.0.try_wait().unwrap().is_some()
    }

    /// Kills it as the system does when memory runs out.
    pub(crate) fn kill(mut self) -> Run {
        self.process.0.kill().unwrap();
        self.finish()
    }

    /// Interrupts it as Ctrl-C does.
    pub(crate) fn interrupt(self) -> Run {
        self.signal("INT")
    }

    /// Sends it a signal, and waits for its end.
    pub(crate) fn signal(self, name: &str) -> Run {
        self.send(name);
        self.finish()
    }

    /// Sends it a signal while it waits for whoever reads what it writes, and reads when it has ended:
    /// to read sooner would let it come to its end by itself.
    pub(crate) fn signal_unread(mut self, name: &str) -> Run {
        self.send(name);
        self.process.0.wait().unwrap();
        self.finish()
    }

    fn send(&self, name: &str) {
        let id = self.process.0.id().to_string();
        let status = Command::new("sh")
            .args(["-c", "kill -\"$0\" \"$1\"", name, &id])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Run {
        let mut errors = self.process.0.stderr.take().unwrap();
        let reading = std::thread::spawn(move || {
            let mut stderr = Vec::new();
            errors.read_to_end(&mut stderr).unwrap();
            String::from_utf8(stderr).unwrap()
        });
        let mut stdout = Vec::new();
        if let Some(mut output) = self.process.0.stdout.take() {
            output.read_to_end(&mut stdout).unwrap();
        }
        let stderr = reading.join().unwrap();
        Run {
            code: self.process.0.wait().unwrap().code(),
            stdout,
            stderr,
            folder: self.folder,
        }
    }
}

/// What a call left behind.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    folder: TempDir,
}

impl Run {
    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file that it wrote into its folder.
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.stderr))
    }

    /// A text that it wrote into its folder.
    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.file(name)).unwrap()
    }

    /// The JSON report that it printed.
    pub(crate) fn report(&self) -> Report {
        zonewarden_reports::read(self.stdout.as_slice())
            .unwrap_or_else(|error| panic!("{error}\n{}", self.stderr))
    }

    /// Asserts how it ended, and shows what it said where it ended otherwise.
    #[track_caller]
    pub(crate) fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        self
    }

    /// Asserts that it refused to run with one line of cause and one of remedy; gives both.
    #[track_caller]
    pub(crate) fn refused(self) -> (String, String) {
        let run = self.ended_with(2);
        assert!(run.stdout.is_empty(), "{:?}", run.stdout);
        let mut lines = run.stderr.lines();
        let cause = lines.next().and_then(|line| line.strip_prefix("error: "));
        let remedy = lines.next().and_then(|line| line.strip_prefix("help: "));
        match (cause, remedy, lines.next()) {
            (Some(cause), Some(remedy), None) => (cause.to_owned(), remedy.to_owned()),
            _ => panic!("not a cause and a remedy:\n{}", run.stderr),
        }
    }
}
