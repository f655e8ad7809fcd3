//! How soon those who follow hear of a commit, beside somebody who asks every now and then.

use std::error::Error;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use harness::{Login, Socket, Target, digits, print, print_table, quantile};

use crate::database::{ADD_LIVE, Database};
use crate::options::Options;
use crate::peers::{self, Store};
use crate::server::Server;

/// How often something is committed: 600 times a second.
const EVERY: Duration = Duration::from_micros(1_000_000 / 600);
/// How often somebody asks who polls.
const ASKED: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];

pub(crate) fn measure(options: &Options, url: &str) -> Result<Vec<Target>, Box<dyn Error>> {
    let database = Database::new(url.to_owned())?;
    database.run(ADD_LIVE)?;
    let folder = tempfile::tempdir()?;
    let server = Server::reading(folder.path(), url)?;
    server.until_stored(0)?;
    let lasts = Duration::from_secs(options.seconds);
    let live = Live::begin(&server, url, (1, EVERY))?;
    std::thread::sleep(lasts);
    let own = live.end()?;
    drop(server);
    database.ask::<String>("SELECT slot_name::text FROM pg_create_logical_replication_slot('polled', 'pgoutput')")?;
    let mut rows = vec![("a follower of Syncwright, told".to_owned(), own)];
    for asked in ASKED {
        let mut store = Store::new(&folder.path().join(format!("polled-{}.sqlite", asked.as_millis())))?;
        let ends = Arc::new(AtomicBool::new(false));
        let (told, url) = (ends.clone(), url.to_owned());
        let writing = std::thread::spawn(move || write(&url, EVERY, &told).map_err(|error| error.to_string()));
        let millis = peers::polled_live(&database, "polled", (asked, lasts), &mut store)?;
        ends.store(true, Ordering::Release);
        writing.join().map_err(|_| "who writes has panicked")??;
        rows.push((format!("`pg_logical_slot_peek_changes` every {} ms, stored", asked.as_millis()), millis));
    }
    let row = |(name, millis): &(String, Vec<f64>)| {
        vec![name.clone(), millis.len().to_string(), digits(quantile(millis, 0.5)), digits(quantile(millis, 0.99))]
    };
    print("### From `UPDATE` on, 600 transactions a second, ms\n");
    print_table(&["", "changes", "p50", "p99"], &rows.iter().map(row).collect::<Vec<_>>());
    print("");
    let (own, polled) = (quantile(&rows[0].1, 0.5), quantile(&rows[1].1, 0.5));
    Ok(vec![Target {
        what: "until a follower is told, p50, to a poll every 100 ms".to_owned(),
        must: 1.0,
        aim: 0.5,
        is_cost: true,
        measured: vec![own / polled],
    }])
}

/// Those who are there all the time, and somebody who changes a row for them.
pub(crate) struct Live {
    ends: Arc<AtomicBool>,
    writing: JoinHandle<Result<(), String>>,
    hearing: JoinHandle<Result<Vec<f64>, String>>,
}

impl Live {
    pub(crate) fn begin(
        server: &Server,
        url: &str,
        (followers, every): (usize, Duration),
    ) -> Result<Self, Box<dyn Error>> {
        let mut sockets =
            (0..followers).map(|_| Socket::open(Ipv4Addr::LOCALHOST, server.port)).collect::<io::Result<Vec<_>>>()?;
        for socket in &mut sockets {
            socket.log_in(Login::default())?;
            socket.logged_in()?;
            socket.say(r#"421["subscribe",{"scopes":["rows-live"]}]"#)?;
            socket.answered(1, |_| Ok(()))?;
        }
        let ends = Arc::new(AtomicBool::new(false));
        let (told, url) = (ends.clone(), url.to_owned());
        let writing = std::thread::spawn(move || write(&url, every, &told).map_err(|error| error.to_string()));
        let hearing = std::thread::spawn(move || hear(&mut sockets).map_err(|error| error.to_string()));
        Ok(Self { ends, writing, hearing })
    }

    /// Returns how many milliseconds each change took to each of them.
    pub(crate) fn end(self) -> Result<Vec<f64>, Box<dyn Error>> {
        self.ends.store(true, Ordering::Release);
        self.writing.join().map_err(|_| "who writes has panicked")??;
        Ok(self.hearing.join().map_err(|_| "who hears has panicked")??)
    }
}

/// Changes a row again and again; says when it does so in it, and in the end that it was the end.
pub(crate) fn write(url: &str, every: Duration, ends: &AtomicBool) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let mut next = Instant::now();
        while !ends.load(Ordering::Acquire) {
            client.batch_execute(&format!("UPDATE rows SET text = 'at {:.3}' WHERE id = -1", now())).await?;
            next = (next + every).max(Instant::now());
            tokio::time::sleep(next - Instant::now()).await;
        }
        client.batch_execute("UPDATE rows SET text = 'end' WHERE id = -1").await?;
        Ok(())
    })
}

/// Hears of changes until the last one.
fn hear(sockets: &mut [Socket]) -> io::Result<Vec<f64>> {
    let (mut millis, mut ended) = (Vec::new(), 0);
    let mut has_ended = vec![false; sockets.len()];
    while ended < sockets.len() {
        for (socket, has_ended) in sockets.iter_mut().zip(&mut has_ended).filter(|(_, has_ended)| !**has_ended) {
            let packet = socket.packet()?;
            let heard = now();
            let text = String::from_utf8_lossy(&packet);
            for said in text.split(r#""text":""#).skip(1) {
                match said.split('"').next().unwrap_or_default().strip_prefix("at ") {
                    Some(at) => millis.push(heard - at.parse::<f64>().map_err(io::Error::other)?),
                    None if said.starts_with("end") => {
                        *has_ended = true;
                        ended += 1;
                    }
                    None => {}
                }
            }
        }
    }
    Ok(millis)
}

/// The time of the machine, in milliseconds.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
}
