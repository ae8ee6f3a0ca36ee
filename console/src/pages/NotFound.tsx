import { Empty } from "../components/Empty";
import { RouterButton } from "../components/RouterLink";
import { useMessages } from "../i18n/language";

export default function NotFound() {
  const messages = useMessages();
  return (
    <Empty
      title={messages.common.unknownPage}
      hint={messages.common.unknownPageHint}
      action={<RouterButton to="/">{messages.common.toHome}</RouterButton>}
    />
  );
}
