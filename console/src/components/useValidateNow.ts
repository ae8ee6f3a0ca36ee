import { useState } from "react";
import { useNavigate } from "react-router";

import { startValidation } from "../api/validations";
import { useNotices } from "../app/notices";

/** Tries a scenario out and goes to what comes of it. */
export function useValidateNow(): { validate: (scenarioId: string) => Promise<void>; isStarting: boolean } {
  const navigate = useNavigate();
  const { tellRefusal } = useNotices();
  const [isStarting, setStarting] = useState(false);
  const validate = async (scenarioId: string) => {
    setStarting(true);
    try {
      await navigate(`/runs/${await startValidation(scenarioId)}/validation`);
    } catch (error) {
      tellRefusal(error);
    } finally {
      setStarting(false);
    }
  };
  return { validate, isStarting };
}
