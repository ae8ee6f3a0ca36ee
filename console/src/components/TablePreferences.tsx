import CollectionPreferences from "@cloudscape-design/components/collection-preferences";

import { useMessages } from "../i18n/language";
import { PAGE_SIZES } from "./tableState";

interface Props {
  columns: { id: string; header: string }[];
  /** A column without which a row says nothing. */
  fixed: string;
  limit: number;
  /** Ids of the columns that are shown; all when undefined. */
  shown: string[] | undefined;
  choose(limit: number, columns: string[] | undefined): void;
}

export const isShown = (id: string, fixed: string, shown: string[] | undefined) =>
  id === fixed || shown === undefined || shown.includes(id);

/** How many rows and which columns a table shows. */
export function TablePreferences({ columns, fixed, limit, shown, choose }: Props) {
  const messages = useMessages();
  return (
    <CollectionPreferences
      title={messages.table.preferences}
      confirmLabel={messages.table.confirm}
      cancelLabel={messages.common.cancel}
      preferences={{
        pageSize: limit,
        contentDisplay: columns.map(({ id }) => ({ id, visible: isShown(id, fixed, shown) })),
      }}
      pageSizePreference={{
        title: messages.table.pageSize,
        options: PAGE_SIZES.map((value) => ({ value, label: messages.table.rows(value) })),
      }}
      contentDisplayPreference={{
        title: messages.table.columns,
        options: columns.map(({ id, header }) => ({ id, label: header, alwaysVisible: id === fixed })),
      }}
      onConfirm={({ detail }) => {
        const visible = detail.contentDisplay?.filter((column) => column.visible).map(({ id }) => id);
        const isAll = visible?.length === columns.length;
        choose(detail.pageSize ?? limit, isAll ? undefined : visible);
      }}
    />
  );
}
