import { type FormEvent, useEffect, useState } from "react";
import { useStoreOrNull } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import { CodeBlock } from "../parts/CodeBlock";
import { PrefixedName } from "../parts/PrefixedName";
import { hrefOf, navigate, usePlace } from "../routing/router";
import { Todos } from "../todos/Todos";
import { PageHead } from "./PageHead";
import { CREATE_MUTATION, GUESS_AND_SHOW } from "./snippets";

const FILES = ["src/todos/_scope.rs", "src/todos/_entity.rs", "src/todos/_mutation/create_v1.rs"];

/** Durable data that is worked on offline: a list of things to do. */
export function TodosPage() {
  const words = useWords();
  const list = usePlace().searchParams.list ?? "groceries";
  const store = useStoreOrNull();
  return (
    <>
      <PageHead title={words.todos.title} lead={words.todos.lead} files={FILES} />
      <ListPicker list={list} />
      {store !== null && <Todos key={list} list={list} />}
      <CodeBlock {...CREATE_MUTATION} />
      <CodeBlock {...GUESS_AND_SHOW} />
    </>
  );
}

/** Says which list is shown; there is no list that is not there. */
function ListPicker({ list }: { list: string }) {
  const words = useWords();
  const [draft, setDraft] = useState(list);
  useEffect(() => setDraft(list), [list]);

  function submit(event: FormEvent) {
    event.preventDefault();
    navigate(hrefOf("/todos", { list: draft.trim() }));
  }

  return (
    <form className="card room-picker" onSubmit={submit}>
      <PrefixedName label={words.todos.list} prefix="todos-" value={draft} maxLength={40} testId="list-id" onChange={setDraft}>
        <button type="submit" className="button" disabled={draft.trim() === list} data-testid="list-open">
          {words.todos.open}
        </button>
      </PrefixedName>
    </form>
  );
}
