import ExpandableSection, { type ExpandableSectionProps } from "@cloudscape-design/components/expandable-section";
import { useState, type ReactNode } from "react";

interface Props {
  title: string;
  variant: NonNullable<ExpandableSectionProps["variant"]>;
  isOpenAtFirst?: boolean;
  /** An error that nobody sees is none that anybody mends. */
  hasError: boolean;
  children: ReactNode;
}

/** Fields that are folded away, but for as long as something is wrong with one of them. */
export function Foldable({ title, variant, isOpenAtFirst = false, hasError, children }: Props) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  // Kept, so that it does not close under the hands of whoever mends it.
  if (hasError && !isOpen) setOpen(true);
  return (
    <ExpandableSection variant={variant} headerText={title} expanded={isOpen} onChange={({ detail }) => setOpen(detail.expanded)}>
      {children}
    </ExpandableSection>
  );
}
