//! Files on the disk: what a route consists of, what comes and what goes.

use std::fs;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use sync_codegen::Diagnostic;
use sync_codegen::lane::{Form, Lane};
use sync_syntax::handler_file::{Handler, HandlerFile, Kind};

use super::pairing;
use super::source::with_sorted_uses;
use super::templates::{self, Template};
use crate::failure::Failure;
use crate::project::Project;
use crate::route::RouteWords;
use crate::terminal::Terminal;

/// What is done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was not there.
    Create(String),
    /// It gets another text.
    Rewrite(String),
    /// It is taken away.
    Remove,
}

impl Change {
    fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "created",
            Self::Rewrite(_) => "changed",
            Self::Remove => "removed",
        }
    }
}

/// Changes of files, by their paths relative to the app.
pub(crate) type Changes = Vec<(String, Change)>;

/// One version of a route: which of its files there are.
#[derive(Debug)]
pub(crate) struct RouteFiles<'p> {
    project: &'p Project,
    lane: &'static Lane,
    route: &'p RouteWords,
    version: u32,
}

impl<'p> RouteFiles<'p> {
    pub(crate) fn new(project: &'p Project, lane: &'static Lane, route: &'p RouteWords, version: u32) -> Self {
        Self { project, lane, route, version }
    }

    /// Returns the path of one of its files, relative to the app.
    pub(crate) fn path(&self, form: &Form) -> String {
        let name = form.file_name(&self.route.name, self.version);
        format!("{}/{}/{name}", self.route.folder(), self.lane.folder)
    }

    /// Returns the files that there are; an empty one is not there yet.
    pub(crate) fn there(&self) -> Vec<&'static Form> {
        let has_text = |form: &&Form| fs::read_to_string(self.on_disk(form)).is_ok_and(|text| !text.trim().is_empty());
        self.lane.forms.iter().filter(has_text).collect()
    }

    fn on_disk(&self, form: &Form) -> PathBuf {
        self.project.app_dir.join(self.path(form))
    }

    /// Returns the text of one of its files.
    pub(crate) fn read(&self, form: &Form) -> Result<String, Failure> {
        let path = self.on_disk(form);
        fs::read_to_string(&path).map_err(Failure::file("read", &path))
    }

    /// Returns what makes the files `wanted` of it, beside those that are there.
    pub(crate) fn add(&self, wanted: &[&'static Form]) -> Result<Changes, Failure> {
        let (server, client) = (self.lane.form_of_side("server"), self.lane.form_of_side("client"));
        let (mut changes, mut taken_from) = (Changes::new(), None);
        let mut server_text =
            server.filter(|form| self.there().contains(form)).map(|form| self.read(form)).transpose()?;
        for form in wanted {
            let text = if Some(*form) == server {
                match client.filter(|form| self.there().contains(form)) {
                    Some(client) => {
                        let taken = pairing::server_comes(&self.read(client)?)?;
                        taken_from = Some((self.path(client), Change::Rewrite(taken.client)));
                        let moved =
                            [("uses", &*taken.uses), ("input", &*taken.input), ("arguments", &*taken.arguments)];
                        self.render(templates::EVENT_SERVER_BESIDE_CLIENT, &[], &moved)?
                    }
                    None => self.render(templates::EVENT_SERVER, &[], &[])?,
                }
            } else if Some(*form) == client {
                match &server_text {
                    Some(server) => {
                        let beside = pairing::client_comes(server)?;
                        let values = [("uses", &*beside.uses), ("parameters", &*beside.parameters)];
                        self.render(templates::EVENT_CLIENT_BESIDE_SERVER, &values, &[])?
                    }
                    None => self.render(templates::EVENT_CLIENT, &[], &[])?,
                }
            } else {
                match form.kind {
                    Kind::State => self.render(templates::STATE, &[("rooms", &self.rooms())], &[])?,
                    Kind::Mutation => self.render(templates::MUTATION, &[("entity", &self.entity())], &[])?,
                    Kind::Replica => self.render(templates::REPLICA, &[("entity", &self.entity())], &[])?,
                    _ => self.render(templates::REQUEST, &[], &[])?,
                }
            };
            if Some(*form) == server {
                server_text = Some(text.clone());
            }
            changes.push((self.path(form), Change::Create(text)));
        }
        // What moves is in both files before it is in one.
        changes.extend(taken_from);
        Ok(changes)
    }

    /// Returns what takes the files `unwanted` of it away.
    pub(crate) fn remove(&self, unwanted: &[&'static Form]) -> Result<Changes, Failure> {
        let mut changes = Changes::new();
        let rest: Vec<_> = self.there().into_iter().filter(|form| !unwanted.contains(form)).collect();
        for form in unwanted {
            if let ([client], Some("server")) = (rest.as_slice(), form.side) {
                let text = pairing::server_goes(&self.read(form)?, &self.read(client)?)?;
                changes.push((self.path(client), Change::Rewrite(text)));
            }
            changes.push((self.path(form), Change::Remove));
        }
        Ok(changes)
    }

    /// The pattern of the page's rooms: that of its rule, or of the rule that it will have.
    fn rooms(&self) -> String {
        let rule = HandlerFile::read(&self.project.app_dir.join(room_path(self.route)));
        let handlers = rule.outline.map(|outline| outline.handlers).unwrap_or_default();
        let pattern = handlers.iter().find_map(Handler::rule_pattern).map(ToString::to_string);
        pattern.unwrap_or_else(|| format!("{}-{{id}}", room_word(&self.route.page)))
    }

    /// Returns what the first mutation of a page needs besides itself: the rule of its scopes, and what lives in them.
    pub(crate) fn data(&self) -> Result<Changes, Failure> {
        let mut changes = Changes::new();
        let table = if self.is_of_rows() { format!("(table = \"public.{}\")", self.table()) } else { String::new() };
        for (name, template) in [("_scope.rs", templates::SCOPE), ("_entity.rs", templates::ENTITY)] {
            let path = format!("{}/{name}", self.route.folder());
            if !self.project.app_dir.join(&path).exists() {
                let text = self.render(template, &[("entity", &self.entity()), ("table", &table)], &[])?;
                changes.push((path, Change::Create(text)));
            }
        }
        Ok(changes)
    }

    /// Whether the files are about rows of a table.
    fn is_of_rows(&self) -> bool {
        self.lane.forms.iter().any(|form| form.kind == Kind::Replica)
    }

    /// The table of a page, as one writes it without quotes.
    fn table(&self) -> String {
        room_word(&self.route.page).replace('-', "_").to_ascii_lowercase()
    }

    /// The first of what lives in the page's scopes, or will: an app has one entity of each name. Where rows are asked for, the first that is one.
    fn entity(&self) -> String {
        let file = HandlerFile::read(&self.project.app_dir.join(format!("{}/_entity.rs", self.route.folder())));
        let mut entities = file.outline.map(|outline| outline.entities).unwrap_or_default();
        entities.sort_by_key(|entity| self.is_of_rows() && !entity.has_table);
        let words = room_word(&self.route.page);
        let of_page = words.split(['-', '_']).map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        });
        entities.into_iter().next().map_or_else(|| format!("{}Item", of_page.collect::<String>()), |entity| entity.name)
    }

    fn render(&self, template: Template, values: &[(&str, &str)], moved: &[(&str, &str)]) -> Result<String, Failure> {
        let RouteWords { page, name, .. } = self.route;
        render(template, self.project, (page, name, self.version), values, moved)
    }
}

/// Returns what makes the rule of a page's rooms.
pub(crate) fn room(project: &Project, route: &RouteWords) -> Result<Changes, Failure> {
    let text = render(templates::ROOM, project, (&route.page, &route.name, 1), &[], &[])?;
    Ok(vec![(room_path(route), Change::Create(text))])
}

/// Returns where the rule of a page's rooms stands, relative to the app.
pub(crate) fn room_path(route: &RouteWords) -> String {
    format!("{}/_room.rs", route.folder())
}

/// What the names of a page's rooms begin with, unless its rule says otherwise.
fn room_word(page: &str) -> String {
    page.replace('/', "-")
}

/// `moved` is what is taken from elsewhere, which must not be lost.
fn render(
    template: Template,
    project: &Project,
    (page, name, version): (&str, &str, u32),
    further: &[(&str, &str)],
    moved: &[(&str, &str)],
) -> Result<String, Failure> {
    let (version, room) = (format!("v{version}"), room_word(page));
    let common = [("page", page), ("name", name), ("version", &*version), ("room", &*room)];
    let text = template.render(&project.app_dir, &[&common, further].concat(), moved)?;
    Ok(with_sorted_uses(&text))
}

/// Carries changes out, and says so; returns what is wrong with the files then. Nothing that is there and was not to be changed is overwritten.
pub(crate) fn carry_out(
    project: &Project,
    changes: &Changes,
    terminal: &mut Terminal,
) -> Result<Vec<Diagnostic>, Failure> {
    for (file, change) in changes {
        let path = project.app_dir.join(file);
        match change {
            Change::Create(text) => create(&path, text)?,
            Change::Rewrite(text) => rewrite(&path, text).map_err(Failure::file("write", &path))?,
            Change::Remove => fs::remove_file(&path).map_err(Failure::file("remove", &path))?,
        }
        terminal.done(change.verb(), file);
    }
    let generated = sync_codegen::write_module_tree(&project.app_dir)
        .map_err(|error| Failure::new(format!("cannot write src/sync.generated.rs: {error}")))?;
    let is_ours = |problem: &Diagnostic| changes.iter().any(|(file, _)| *file == problem.file);
    Ok(generated.problems.into_iter().filter(is_ours).collect())
}

/// Writes a text whole or not at all, to where the file really is, and who may read it stays as it was.
fn rewrite(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = path.metadata()?.permissions();
    if permissions.readonly() {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.sync-draft"));
    fs::write(&draft, text)?;
    fs::set_permissions(&draft, permissions)?;
    fs::rename(&draft, path)
}

/// Writes a new file; one that is empty counts as new.
fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(Failure::file("make", folder))?;
    fill(path, text).map_err(Failure::file("create", path))
}

/// Looks and writes through one handle, so that what comes to stand there in between is not cut off.
fn fill(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    let mut there = String::new();
    file.read_to_string(&mut there)?;
    if !there.trim().is_empty() {
        return fs::File::create_new(path).map(drop);
    }
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())
}
