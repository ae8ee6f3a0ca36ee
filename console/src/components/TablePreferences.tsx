import CollectionPreferences from "@cloudscape-design/components/collection-preferences";

import { useMessages } from "../i18n/language";
import { PAGE_SIZES } from "./tableState";

export interface Shown {
  id: string;
  header: string;
  /** Not shown until somebody asks for it. */
  isOptional?: boolean;
}

interface Props {
  columns: readonly Shown[];
  /** A column without which a row says nothing. */
  fixed: string;
  limit: number;
  /** Ids of the columns that were chosen. */
  shown: string[] | undefined;
  choose(limit: number, columns: string[] | undefined): void;
}

export function isShown({ id, isOptional }: Shown, fixed: string, chosen: string[] | undefined): boolean {
  return id === fixed || (chosen === undefined ? isOptional !== true : chosen.includes(id));
}

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
        contentDisplay: columns.map((column) => ({ id: column.id, visible: isShown(column, fixed, shown) })),
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
        const isUsual = columns.every((column) => isShown(column, fixed, undefined) === visible?.includes(column.id));
        choose(detail.pageSize ?? limit, isUsual ? undefined : visible);
      }}
    />
  );
}
