import { type FormEvent, useId, useState } from "react";
import { useEntities, usePending, useStore, useSyncStatus } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import { newId } from "../parts/newId";
import { placeAt } from "./place";
import { RejectedTodos } from "./RejectedTodos";
import { TodoItem } from "./TodoItem";
import { TodoStatus } from "./TodoStatus";

/** One list: what is to be done, in its order, and how it stands with the server. */
export function Todos({ list }: { list: string }) {
  const words = useWords();
  const scope = `todos-${list}` as const;
  const store = useStore();
  const todos = useEntities("todo", { scope, orderBy: "place" });
  const pending = usePending("todo", scope);
  const status = useSyncStatus(scope);

  function move(index: number, to: number) {
    const todo = todos[index];
    if (todo === undefined) return;
    const others = todos.filter(({ id }) => id !== todo.id);
    void store.mutate("todos/move", "v1", scope, { id: todo.id, place: placeAt(others, to) });
  }

  return (
    <section className="card todos" aria-labelledby="todos-title">
      <div className="todos-head">
        <h2 id="todos-title" className="section-title small">
          {words.todos.listTitle(list)}
        </h2>
        <TodoStatus status={status} />
      </div>
      <NewTodo onAdd={(title) => store.mutate("todos/create", "v1", scope, { id: newId(), title, place: placeAt(todos, todos.length) })} />
      {todos.length === 0 && (
        <p className="muted" data-testid="todos-empty">
          {words.todos.empty}
        </p>
      )}
      <ol className="todo-list">
        {todos.map((todo, index) => (
          <TodoItem
            key={todo.id}
            todo={todo}
            isPending={pending.has(todo.id)}
            onEdit={(change) => void store.mutate("todos/edit", "v1", scope, { id: todo.id, ...change })}
            onVote={() => void store.mutate("todos/vote", "v1", scope, { id: todo.id })}
            onRemove={() => void store.mutate("todos/remove", "v1", scope, { id: todo.id })}
            onUp={index === 0 ? undefined : () => move(index, index - 1)}
            onDown={index === todos.length - 1 ? undefined : () => move(index, index + 1)}
          />
        ))}
      </ol>
      <RejectedTodos rejected={status.rejected} onDismiss={store.dismiss} />
    </section>
  );
}

function NewTodo({ onAdd }: { onAdd: (title: string) => void }) {
  const words = useWords();
  const fieldId = useId();
  const [title, setTitle] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (title.trim() === "") return;
    onAdd(title.trim());
    setTitle("");
  }

  return (
    <form className="field" onSubmit={submit}>
      <label htmlFor={fieldId}>{words.todos.newTodo}</label>
      <div className="field-row">
        <input
          id={fieldId}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          maxLength={200}
          placeholder={words.todos.placeholder}
          autoComplete="off"
          data-testid="todo-new"
        />
        <button type="submit" className="button primary" disabled={title.trim() === ""} data-testid="todo-add">
          {words.todos.add}
        </button>
      </div>
    </form>
  );
}
