import { type FormEvent, useEffect, useState } from "react";
import type { Session } from "./_sockets/apiTypes.generated";
import { sync } from "./_sockets/syncRequest";
import { Play } from "./Play";

/** Asks who somebody is, and shows the page then. */
export function App() {
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    void signedIn().then(setName);
  }, []);
  return (
    <main>
      <h1>My app</h1>
      {name === null ? <SignIn onSignedIn={setName} /> : <Play name={name} />}
    </main>
  );
}

function SignIn({ onSignedIn }: { onSignedIn: (name: string) => void }) {
  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/auth/login", { method: "POST", headers, body: JSON.stringify({ name }) });
    if (answer.ok) {
      // The socket is somebody's from its beginning, so it begins anew.
      sync.reconnect();
      onSignedIn(name);
    }
  }
  return (
    <form onSubmit={(event) => void signIn(event)}>
      <label>
        Your name <input name="name" required maxLength={40} autoFocus />
      </label>
      <button type="submit">Sign in</button>
    </form>
  );
}

/** Returns the name of who is signed in; `null` if nobody is. */
async function signedIn(): Promise<string | null> {
  const answer = await fetch("/auth/session", { referrerPolicy: "same-origin" });
  if (!answer.ok) return null;
  const { session } = (await answer.json()) as { session: Session | null };
  return session?.name || null;
}
