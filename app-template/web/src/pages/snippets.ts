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
    let new_value = ctx.app().counters.add(ctx.room(), input.amount).await?;
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
    Ok(Output { value: ctx.app().counters.get(&input.room).await })
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
