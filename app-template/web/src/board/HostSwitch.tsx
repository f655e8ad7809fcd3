import { useWords } from "../language/LanguageProvider";
import { Switch } from "../parts/Switch";
import { useSession } from "../session/SessionProvider";

/** Who says that they are a host is one: this is an example. */
export function HostSwitch() {
  const words = useWords();
  const { session, beHost } = useSession();
  return (
    <Switch
      label={words.board.host}
      hint={words.board.hostHint}
      isOn={session?.host ?? false}
      isDisabled={session === null}
      testId="host"
      onChange={(host) => void beHost(host)}
    />
  );
}
