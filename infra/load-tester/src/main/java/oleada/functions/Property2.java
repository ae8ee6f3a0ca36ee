package oleada.functions;

import java.util.Collection;
import java.util.List;

import org.apache.jmeter.engine.util.CompoundVariable;
import org.apache.jmeter.functions.AbstractFunction;
import org.apache.jmeter.functions.InvalidVariableException;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.samplers.Sampler;
import org.apache.jmeter.util.JMeterUtils;

/** {@code __P(name,default)} as JMeter has it, but for blanks around the value: JMeter's takes them away. */
public final class Property2 extends AbstractFunction {
    private CompoundVariable[] arguments;

    @Override
    public String execute(SampleResult previous, Sampler sampler) throws InvalidVariableException {
        String otherwise = arguments.length > 1 ? arguments[1].execute() : "1";
        return JMeterUtils.getJMeterProperties().getProperty(arguments[0].execute(), otherwise);
    }

    @Override
    public void setParameters(Collection<CompoundVariable> parameters) throws InvalidVariableException {
        checkParameterCount(parameters, 1, 2);
        arguments = parameters.toArray(CompoundVariable[]::new);
    }

    @Override
    public String getReferenceKey() {
        return "__P";
    }

    @Override
    public List<String> getArgumentDesc() {
        return List.of("name", "default");
    }
}
