//! What is measured: cells, in groups that share the same servers and members.

use serde::{Deserialize, Serialize};

use crate::control::Pace;
use crate::entrants::{self, ENTRANTS, Entrant};

/// Who makes a call to the kernel for each delivery.
const SENDING_ONE_BY_ONE: &[&str] = &[entrants::RAW, entrants::LOOP, entrants::NODE_LOOP, entrants::NODE_BROADCAST];
/// Who is another way to use a server that takes part anyway.
const VARIANTS: &[&str] = &[
    entrants::OURS_PLAIN,
    entrants::OURS_GROUP,
    entrants::OURS_ORDINARY,
    entrants::OURS_UNCOUNTED,
    entrants::NODE_BROADCAST,
];

/// What the members of a room get.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outputs {
    /// The same for all.
    Equal,
    /// Another one for each.
    Different,
}

/// How many members there are, in how many rooms, on how many worker threads, and on how many servers at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) members: usize,
    pub(crate) rooms: usize,
    /// Of all servers together.
    pub(crate) threads: usize,
    /// More than one where servers that meet on a bus are measured, beside one that is alone.
    pub(crate) servers: usize,
}

/// One situation in which all entrants are compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) setting: Setting,
    /// Bytes of text in a request.
    pub(crate) pad: usize,
    pub(crate) outputs: Outputs,
    /// In each room.
    pub(crate) pace: Pace,
}

/// Cells that are measured with the same servers and members.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) setting: Setting,
    pub(crate) cells: Vec<Cell>,
    pub(crate) entrants: Vec<&'static Entrant>,
    /// Whether only the targets matter.
    pub(crate) few: bool,
}

impl Cell {
    /// Returns whether somebody takes part; `few` is for when only the targets matter.
    ///
    /// Time is short. At a fixed pace every sample takes its seconds. With very many frames in flight only those take part that put
    /// several into one call: the others have shown their cost with fewer and would need minutes. Variants of one server are
    /// compared with the small payload, and in rooms that are not huge.
    pub(crate) fn is_for(&self, entrant: &str, few: bool) -> bool {
        let Some(in_flight) = self.in_flight() else {
            let is_target = [entrants::RAW, entrants::OURS, entrants::LOOP].contains(&entrant);
            return is_target || !few && !VARIANTS.contains(&entrant);
        };
        let left_out: &[&str] = match in_flight * self.setting.members {
            ..100_000 => &[],
            100_000..1_000_000 => SENDING_ONE_BY_ONE,
            _ => &[SENDING_ONE_BY_ONE, &[entrants::OURS_ORDINARY, entrants::BROADCAST]].concat(),
        };
        if self.setting.servers > 1 {
            return true;
        }
        let is_usual = self.pad == 64 && self.setting.members < 5000 || self.setting.members > 5000;
        !left_out.contains(&entrant) && (is_usual || !VARIANTS.contains(&entrant))
    }

    /// Names it as `--cell` does: members, bytes, outputs, requests in flight, and what is not as usual.
    pub(crate) fn id(&self) -> String {
        let Setting { members, rooms, threads, servers } = self.setting;
        let outputs = match self.outputs {
            Outputs::Equal => "equal",
            Outputs::Different => "different",
        };
        let pace = match self.pace {
            Pace::InFlight(requests) => requests.to_string(),
            Pace::PerSecond(requests) => format!("{requests}-per-second"),
        };
        let mut id = format!("{members}/{}/{outputs}/{pace}", self.pad);
        if rooms > 1 {
            id.push_str(&format!("/{rooms}-rooms"));
        }
        if threads > 1 {
            id.push_str(&format!("/{threads}-threads"));
        }
        if servers > 1 {
            id.push_str(&format!("/{servers}-servers"));
        }
        id
    }
}

/// One room on one thread.
pub(crate) const fn one_room(members: usize) -> Setting {
    Setting { members, rooms: 1, threads: 1, servers: 1 }
}

/// The cells of the target table.
pub(crate) fn quick() -> Vec<Group> {
    let room = one_room(1000);
    let mut cells = closed(room, &[64], &[1, 8]);
    cells.push(open_loop());
    let thousand = Group { few: true, ..group(room, cells, alone()) };
    // For the memory of idle connections.
    let idle = group(one_room(5000), Vec::new(), alone());
    vec![thousand, idle]
}

/// Everything.
pub(crate) fn full() -> Vec<Group> {
    let one = |members| group(one_room(members), closed(one_room(members), &[64, 1024], &[1, 8, 256]), alone());
    let mut groups = [10, 100, 1000, 5000].map(one).into_iter().collect::<Vec<_>>();
    groups[2].cells.push(open_loop());
    let ten_thousand = one_room(10_000);
    let cells = [1, 8].map(|requests| Cell { outputs: Outputs::Different, ..equal(ten_thousand, requests) });
    let entrants = named(&[entrants::RAW, entrants::RAW_GATHER, entrants::OURS, entrants::OURS_GROUP]);
    groups.push(group(ten_thousand, cells.to_vec(), entrants));
    let few = || named(&[entrants::RAW, entrants::RAW_GATHER, entrants::OURS, entrants::LOOP]);
    for setting in [
        Setting { rooms: 500, ..one_room(5000) },
        Setting { threads: 2, ..one_room(5000) },
        Setting { rooms: 200, threads: 2, ..one_room(5000) },
        Setting { rooms: 200, ..one_room(5000) },
    ] {
        let cells = [1, 8].map(|requests| equal(setting, requests)).to_vec();
        let two = setting.threads > 1;
        let entrants = if two { named(&[entrants::OURS, entrants::LOOP]) } else { few() };
        groups.push(group(setting, cells, entrants));
    }
    groups.extend(bus());
    groups
}

/// Two servers that meet on a bus, beside one that is alone.
pub(crate) fn bus() -> Vec<Group> {
    let thousand = Setting { servers: 2, ..one_room(1000) };
    let cells = [1, 8].map(|requests| on_bus(thousand, Pace::InFlight(requests)));
    let ours = || named(&[entrants::OURS, entrants::OURS_TWO]);
    let peers = named(&[entrants::OURS, entrants::OURS_TWO, entrants::NODE_LOOP_TWO, entrants::NODE_BROADCAST_TWO]);
    vec![
        group(thousand, cells.to_vec(), peers),
        group(TEN_ON_BUS, vec![on_bus(TEN_ON_BUS, TEN_PACE)], ours()),
        group(ROOM_ON_BUS, vec![on_bus(ROOM_ON_BUS, Pace::InFlight(256))], ours()),
        group(ROOMS_ON_BUS, vec![on_bus(ROOMS_ON_BUS, Pace::InFlight(4))], ours()),
    ]
}

/// A room in which it is measured how long somebody waits, and how often there is something to wait for.
pub(crate) const TEN_ON_BUS: Setting = Setting { members: 10, rooms: 1, threads: 2, servers: 2 };
pub(crate) const TEN_PACE: Pace = Pace::PerSecond(200);
/// One room, and a thousand, with one member on each server: what is measured are events.
pub(crate) const ROOM_ON_BUS: Setting = Setting { members: 2, ..TEN_ON_BUS };
pub(crate) const ROOMS_ON_BUS: Setting = Setting { members: 2000, rooms: 1000, ..TEN_ON_BUS };

/// 400 bytes, the same for all.
pub(crate) fn on_bus(setting: Setting, pace: Pace) -> Cell {
    Cell { pad: 400, pace, ..equal(setting, 1) }
}

/// 20 requests a second, whatever has become of the earlier ones.
pub(crate) fn open_loop() -> Cell {
    Cell { pace: Pace::PerSecond(20), ..equal(one_room(1000), 1) }
}

/// 64 bytes, the same for all.
pub(crate) fn equal(setting: Setting, in_flight: usize) -> Cell {
    Cell { setting, pad: 64, outputs: Outputs::Equal, pace: Pace::InFlight(in_flight) }
}

fn closed(setting: Setting, pads: &[usize], in_flight: &[usize]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for &requests in in_flight {
        for &pad in pads {
            for outputs in [Outputs::Equal, Outputs::Different] {
                cells.push(Cell { setting, pad, outputs, pace: Pace::InFlight(requests) });
            }
        }
    }
    cells
}

fn group(setting: Setting, cells: Vec<Cell>, entrants: Vec<&'static Entrant>) -> Group {
    Group { setting, cells, entrants, few: false }
}

/// Those that are one server.
fn alone() -> Vec<&'static Entrant> {
    ENTRANTS.iter().filter(|entrant| entrant.server.count() == 1).collect()
}

fn named(names: &[&str]) -> Vec<&'static Entrant> {
    ENTRANTS.iter().filter(|entrant| names.contains(&entrant.name)).collect()
}
