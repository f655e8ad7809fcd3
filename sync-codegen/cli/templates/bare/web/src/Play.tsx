import { type FormEvent, useState } from "react";
import { syncRequest, useRoom, useSyncEvents } from "./_sockets/syncRequest";

const ROOM = "play-1";

/** What is said in one room: open a second tab, and say something. */
export function Play({ name }: { name: string }) {
  const room = useRoom(ROOM);
  const [lines, setLines] = useState<readonly string[]>([]);
  const [error, setError] = useState("");
  const { upsertSyncEventCallback } = useSyncEvents();
  upsertSyncEventCallback({
    name: "play/say",
    version: "v1",
    callback: ({ serverOutput: { author, text } }) => setLines((said) => [...said, `${author.name}: ${text}`]),
  });
  async function say(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const text = String(new FormData(form).get("text"));
    // At once: by the time of the answer, something else may stand there.
    form.reset();
    const answer = await syncRequest({ name: "play/say", version: "v1", data: { text }, receiver: ROOM });
    setError(answer.status === "error" ? answer.message : "");
    const field = form.elements.namedItem("text");
    if (answer.status === "error" && field instanceof HTMLInputElement && field.value === "") field.value = text;
  }
  return (
    <>
      <p>
        Signed in as {name}, <output>{room.status}</output>
      </p>
      <form onSubmit={(event) => void say(event)}>
        <label>
          Say something <input name="text" required maxLength={500} autoComplete="off" />
        </label>
        <button type="submit">Say it</button>
      </form>
      <p role="alert">{error}</p>
      <ul aria-live="polite">
        {lines.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ul>
    </>
  );
}
