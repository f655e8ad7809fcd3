import type { Color } from "../_sockets/apiTypes.generated";
import type { PresenceHere } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import { Avatar } from "../parts/Avatar";

/** As many as have room on a telephone. */
const SHOWN = 6;

/** Who is at the board, in a row. */
export function BoardPeople({ presence, colorOf }: { presence: PresenceHere; colorOf(userId: string): Color }) {
  const words = useWords();
  const { people, me, more, isCurrent } = presence;
  const hidden = Math.max(people.length - SHOWN, 0) + more;
  return (
    <ul className="board-people" aria-label={words.here.title} data-testid="who-is-here" data-current={isCurrent}>
      {people.slice(0, SHOWN).map(({ id, user, away }) => {
        const name = [user.name, id === me && words.here.me, away && `(${words.here.away})`].filter(Boolean).join(" ");
        return (
          <li key={id} title={name} data-testid="person" data-name={user.name} data-away={away} data-me={id === me}>
            <Avatar name={user.name} color={colorOf(user.userId)} />
            <span className="visually-hidden">{name}</span>
          </li>
        );
      })}
      {hidden > 0 && <li className="board-more">{words.here.more(hidden)}</li>}
    </ul>
  );
}
