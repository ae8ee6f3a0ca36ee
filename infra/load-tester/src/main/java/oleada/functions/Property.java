package oleada.functions;

import java.util.Collection;
import java.util.List;

import org.apache.jmeter.engine.util.CompoundVariable;
import org.apache.jmeter.functions.AbstractFunction;
import org.apache.jmeter.functions.InvalidVariableException;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.samplers.Sampler;
import org.apache.jmeter.threads.JMeterVariables;
import org.apache.jmeter.util.JMeterUtils;

/**
 * {@code __property(name,variable,default)} as JMeter has it, but for blanks around the value: JMeter's takes them away.
 */
public final class Property extends AbstractFunction {
    private CompoundVariable[] arguments;

    @Override
    public String execute(SampleResult previous, Sampler sampler) throws InvalidVariableException {
        String name = arguments[0].execute();
        String otherwise = arguments.length > 2 ? arguments[2].execute() : name;
        String value = JMeterUtils.getJMeterProperties().getProperty(name, otherwise);
        String variable = arguments.length > 1 ? arguments[1].execute() : "";
        JMeterVariables variables = getVariables();
        if (!variable.isEmpty() && variables != null) {
            variables.put(variable, value);
        }
        return value;
    }

    @Override
    public void setParameters(Collection<CompoundVariable> parameters) throws InvalidVariableException {
        checkParameterCount(parameters, 1, 3);
        arguments = parameters.toArray(CompoundVariable[]::new);
    }

    @Override
    public String getReferenceKey() {
        return "__property";
    }

    @Override
    public List<String> getArgumentDesc() {
        return List.of("name", "variable", "default");
    }
}
