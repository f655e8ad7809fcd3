/** The code that the pages show, as it stands in the template. */
import type { CodeLanguage } from "../parts/highlight";

export interface Snippet {
  readonly title: string;
  readonly language: CodeLanguage;
  readonly code: string;
}

export const SERVER_HANDLER: Snippet = {
  title: "src/examples/_sync/updateCounter_server_v1.rs",
  language: "rust",
  code: `#[wire]
pub struct ClientInput {
    #[validate(range(min = 1, max = 100))]
    pub amount: i32,
}

#[wire]
pub struct ServerOutput { pub new_value: i32 }

/// Adds to the room's counter.
#[sync::server(auth = login)]
pub async fn main(
    ctx: Ctx<'_>,
    input: &ClientInput,
) -> Result<ServerOutput, SyncError> {
    let counter = ctx.state::<State>(ctx.room());
    counter.act(Action::Add(Addition { amount: input.amount })).await?;
    let new_value = counter.read(|counter| counter.value).await?;
    Ok(ServerOutput { new_value })
}`,
};

export const CLIENT_FILTER: Snippet = {
  title: "src/examples/_sync/updateCounter_client_v1.rs",
  language: "rust",
  code: `#[wire]
pub struct ClientOutput { pub mine: bool }

#[sync::client]
pub fn main(
    member: Member<'_>,
    _input: &ClientInput,
    _output: &ServerOutput,
) -> Option<ClientOutput> {
    if member.location().path_name != "/examples" {
        return None; // this member hears nothing
    }
    Some(ClientOutput { mine: member.is_sender() })
}`,
};

export const GENERATED_TYPES: Snippet = {
  title: "web/src/_sockets/apiTypes.generated.ts",
  language: "ts",
  code: `/** Adds to the room's counter. */
'updateCounter': { v1: {
  clientInput: { amount: number };
  serverOutput: { newValue: number };
  clientOutput: { mine: boolean };
} };`,
};

export const CALL_AND_LISTEN: Snippet = {
  title: "web/src/YourPage.tsx",
  language: "ts",
  code: `const answer = await syncRequest({
  name: "examples/updateCounter", version: "v1",
  data: { amount: 5 }, receiver: "game-room-lounge",
});
if (answer.status === "error") toast(answer.message);   // translated
else use(answer.result.newValue);                       // number

upsertSyncEventCallback({
  name: "examples/updateCounter", version: "v1",
  callback: ({ serverOutput, clientOutput }) =>
    show(serverOutput.newValue, clientOutput.mine),
});`,
};

export const REQUEST_HANDLER: Snippet = {
  title: "src/examples/_api/readCounter_v1.rs",
  language: "rust",
  code: `#[wire]
pub struct Input { pub room: String }

#[wire]
pub struct Output { pub value: i32 }

/// Tells where a room's counter stands, and nobody else hears of it.
#[sync::request(method = GET)]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    let counter = ctx.state::<State>(&input.room);
    Ok(Output { value: counter.read(|counter| counter.value).await? })
}`,
};

export const ASK_AND_SHOW: Snippet = {
  title: "web/src/YourPage.tsx",
  language: "ts",
  code: `const { call, result, error, isPending } = useApiRequest({
  name: "examples/readCounter", version: "v1",
});

useEffect(() => void call({ data: { room } }), [call, room]);

if (error !== null) return <p>{error.message}</p>;        // translated
return <b aria-busy={isPending}>{result?.value}</b>;      // number`,
};

export const COUNTER_STATE: Snippet = {
  title: "src/examples/_state/counter_v1.rs",
  language: "rust",
  code: `#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub value: i32,
    pub changed_by: Option<Person>,
}

#[wire]
pub enum Action { Add(Addition), Reset }

/// The counter of a room: there when the page opens, and after a restart.
#[sync::state(room = "game-room-{id}", store = sqlite)]
impl sync::SharedState for State {
    type Action = Action;

    fn apply(&mut self, ctx: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        match action {
            Action::Add(Addition { amount }) => self.value += amount,
            Action::Reset => self.value = 0,
        }
        self.changed_by = Some(ctx.sender());
        Ok(())
    }
}`,
};

export const BOARD_STATE: Snippet = {
  title: "src/board/_state/notes_v1.rs",
  language: "rust",
  code: `#[wire(patch)]
#[derive(Default)]
pub struct State {
    #[validate(length(max = 200))]
    pub notes: BTreeMap<String, Note>,
    pub order: Vec<String>,
}

#[sync::state(room = "board-{id}", store = sqlite, save = "1s")]
impl sync::SharedState for State {
    type Action = Action;

    fn apply(&mut self, ctx: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        match action {
            Action::Move { id, x, y } => {
                let note = self.seen(id, ctx.session().host)?;
                (note.x, note.y) = (*x, *y);
                self.order.retain(|other| other != id);
                self.order.push(id.clone());
            }
            Action::Hide { .. } if !ctx.session().host => {
                return Err(sync::error!("note-host-only").status(403));
            }
            // …
        }
        Ok(())
    }

    type View = Self;

    /// Hosts see everything; what is hidden is on its way to nobody else.
    #[view(by = |member| member.session().host)]
    fn view(&self, is_host: &bool) -> Self {
        let is_shown = |note: &Note| *is_host || !note.hidden;
        // … the notes that are shown, and their order
    }
}`,
};

export const FOLLOW_AND_ACT: Snippet = {
  title: "web/src/YourPage.tsx",
  language: "ts",
  code: `const { value, status, pending, act } = useSyncState({
  name: "board/notes", version: "v1", room: \`board-\${id}\`,
  optimistic: applied,        // shown at once, taken back if refused
});

const answer = await act({ move: { id: noteId, x: 120, y: 80 } });
if (answer.status === "error") toast(answer.message);   // translated

// Renders when this note changes, and for nothing else.
const note = useSyncState(
  { name: "board/notes", version: "v1", room: \`board-\${id}\` },
  (board) => board.notes[noteId],
);`,
};

export const CREATE_MUTATION: Snippet = {
  title: "src/todos/_mutation/create_v1.rs",
  language: "rust",
  code: `#[wire]
pub struct Args {
    pub id: String,
    #[validate(length(min = 1, max = 200))]
    pub title: String,
    pub place: String,
}

/// Adds something to do.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    if tx.count::<Todo>()? >= MOST {
        return Err(sync::error!("todos-full", max = MOST).status(409));
    }
    tx.create(&Todo {
        id: args.id.clone(),
        title: args.title.clone(),
        // …
    })
}`,
};

export const GUESS_AND_SHOW: Snippet = {
  title: "web/src/YourPage.tsx",
  language: "ts",
  code: `// What it is guessed to do: shown at once, offline too.
"todos/vote": { v1: (tx, { id }) =>
  tx.update("todo", id, (todo) => ({ ...todo, votes: todo.votes + 1 })) },

const todos = useEntities("todo", { scope, orderBy: "place" });
const { status, pending, rejected } = useSyncStatus(scope);

store.mutate("todos/vote", "v1", scope, { id });   // applied once, whenever`,
};

export const TYPING_GATE: Snippet = {
  title: "src/lobby/_sync/typing_client_v1.rs",
  language: "rust",
  code: `#[wire]
pub struct ClientInput { pub active: bool }

#[sync::client(auth = login, volatile)]
pub fn main(member: Member<'_>, _input: &ClientInput) -> bool {
    !member.session().muted
}`,
};
