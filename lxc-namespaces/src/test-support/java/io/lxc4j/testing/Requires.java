package io.lxc4j.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What a test, or all tests of a class, need of the machine. */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Requires.Condition.class)
public @interface Requires {
    /**
     * What is needed.
     *
     * @return all of it
     */
    Requirement[] value();

    /** Skips or fails tests as {@link Requirement} says. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<Requires> requires = AnnotationSupport.findAnnotation(context.getElement(), Requires.class);
            if (requires.isPresent()) {
                for (Requirement requirement : requires.get().value()) {
                    String problem = requirement.problem();
                    if (!problem.isEmpty()) {
                        if (requirement.isDemanded()) {
                            throw new AssertionError(problem);
                        }
                        return ConditionEvaluationResult.disabled(problem);
                    }
                }
            }
            return ConditionEvaluationResult.enabled("nothing is missing");
        }
    }
}
